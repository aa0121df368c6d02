// Globals of Node that the bundled packages use without importing them.
const utf8Length = text => {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && index + 1 < text.length) {
      const next = text.charCodeAt(index + 1);
      if (next >= 0xdc00 && next < 0xe000) {
        bytes += 4;
        index += 1;
      } else bytes += 3;
    } else bytes += 3;
  }
  return bytes;
};

globalThis.Buffer ??= { byteLength: utf8Length };

// The part of `URL` that the schema package uses. The host does the resolving.
class HostUrl {
  constructor(input, base) {
    const answer = JSON.parse(globalThis.hostUrl(String(input), base === undefined ? '' : String(base)));
    if (!answer) throw new TypeError('Invalid URL');
    Object.assign(this, answer);
  }

  toString() {
    return this.href;
  }
}

globalThis.URL ??= HostUrl;

// Sorting with a comparison that contradicts itself (numbers among objects, in the filter `dictsort`) gives what the
// algorithm makes of it. Node's short sorts are: the leading run, then insertion by bisection.
const nativeSort = Array.prototype.sort;
const SHORT = 64;
Object.defineProperty(Array.prototype, 'sort', {
  configurable: true,
  writable: true,
  value(compare) {
    const values = this;
    if (typeof compare !== 'function' || values.length < 2 || values.length >= SHORT || values.includes(undefined)) {
      return nativeSort.call(values, compare);
    }
    let run = 2;
    const falling = compare(values[1], values[0]) < 0;
    while (run < values.length && compare(values[run], values[run - 1]) < 0 === falling) run += 1;
    if (falling) values.splice(0, run, ...values.slice(0, run).reverse());
    for (let next = run; next < values.length; next += 1) {
      const pivot = values[next];
      let left = 0;
      let right = next;
      while (left < right) {
        const middle = left + ((right - left) >> 1);
        if (compare(pivot, values[middle]) < 0) right = middle;
        else left = middle + 1;
      }
      values.copyWithin(left + 1, left, next);
      values[left] = pivot;
    }
    return values;
  },
});
