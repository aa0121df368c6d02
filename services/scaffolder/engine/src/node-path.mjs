// What the package for patterns asks of `node:path`.
export const sep = '/';
export const basename = path => path.slice(path.replace(/\/+$/, '').lastIndexOf('/') + 1);
export default { sep, basename };
