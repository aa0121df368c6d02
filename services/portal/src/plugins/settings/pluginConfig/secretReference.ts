const whole = /^\$\{\{\s*secrets\.([A-Za-z_]\w*)\s*\}\}$/;
const anywhere = /\$\{\{\s*secrets\.[A-Za-z_]\w*\s*\}\}/;

/** The secret that a value is, if it is nothing but a reference to one. */
export function secretOf(value: unknown): string | undefined {
  return typeof value === 'string' ? whole.exec(value)?.[1] : undefined;
}

/** Whether a text refers to a secret somewhere. */
export function refersToSecret(value: unknown): boolean {
  return typeof value === 'string' && anywhere.test(value);
}
