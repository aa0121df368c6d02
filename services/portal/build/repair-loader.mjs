/** Replaces texts of a file (see stock-repairs.mjs), each of which must be there. */
export default function repair(source) {
  return this.getOptions().texts.reduce((text, [from, to]) => {
    const repaired = text.replace(from, to);
    if (repaired === text) {
      throw new Error(`nothing to repair in ${this.resourcePath}: ${from}`);
    }
    return repaired;
  }, source);
}
