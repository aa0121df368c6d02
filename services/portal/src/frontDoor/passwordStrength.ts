/** How good a password looks while it is typed; the server decides (it knows more of what guessers try first). */
export interface PasswordStrength {
  level: 0 | 1 | 2 | 3;
  hint: string;
}

const shortest = 12;
const fewestDifferent = 5;
const comfortable = 18;

export function passwordStrength(password: string): PasswordStrength {
  const length = [...password].length;
  const different = new Set(password).size;
  if (length === 0) {
    return {
      level: 0,
      hint: 'At least 12 characters. A few unrelated words are good.',
    };
  }
  if (length < shortest) {
    const missing = shortest - length;
    const characters = missing === 1 ? 'character' : 'characters';
    return { level: 1, hint: `Too short: ${missing} more ${characters}.` };
  }
  if (different < fewestDifferent) {
    return { level: 1, hint: 'Repeats too few characters.' };
  }
  return length < comfortable
    ? { level: 2, hint: 'Long enough. One more word makes it strong.' }
    : { level: 3, hint: 'Strong.' };
}
