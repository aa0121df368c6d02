// What the template package asks of `node:util`, for an engine that is not Node.
// Values reach the engine as JSON or as results of our own filters, so none can be a Proxy.
export const types = {
  isProxy: () => false,
  isMap: value => Object.prototype.toString.call(value) === '[object Map]',
  isSet: value => Object.prototype.toString.call(value) === '[object Set]',
  isNativeError: value => value instanceof Error,
};
