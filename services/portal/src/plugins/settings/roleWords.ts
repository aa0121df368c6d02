const words: Readonly<Record<string, string>> = {
  'backend-plugin': 'Back end',
  'backend-plugin-module': 'Module of a back end',
  'frontend-plugin': 'Front end',
  'frontend-plugin-module': 'Module of a front end',
};

/** What a package is, for people. */
export function roleWords(role: string): string {
  return words[role] ?? role;
}
