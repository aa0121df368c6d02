/**
 * What is wrong, beside a link that names file and line already: without the class of error that says nothing more, and
 * without the address and place that Backstage puts into the texts of YAML errors.
 */
export function problemWords(message: string): string {
  const yaml =
    /^Error: YAML error at \S+, (.*?)(?: at line \d+, column \d+)?$/s;
  const words = yaml.exec(message)?.[1] ?? message.replace(/^Error: /, '');
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
