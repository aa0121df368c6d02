// What the template package asks of `node:crypto`: a whole number in [0, limit), drawn by the host.
export const randomInt = limit => Math.floor(globalThis.hostRandom() * limit);
