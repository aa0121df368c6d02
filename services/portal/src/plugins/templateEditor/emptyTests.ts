/** A first test file for a template, to be filled in. */
export function emptyTests(templatePath: string): string {
  const template = templatePath.split('/').at(-1) ?? templatePath;
  return `# What the template is tried with, and what should come of it.
template: ${template}
cases:
  - name: with everything filled in
    # What somebody fills into the form.
    values: {}
    # What actions that reach outside answer, for example
    # actions:
    #   publish:github:
    #     - output: {remoteUrl: 'https://github.com/acme/made'}
    # What should come of it, for example
    # expect:
    #   files:
    #     README.md: {contains: made}
`;
}
