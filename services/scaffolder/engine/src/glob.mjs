// Loaded only when a step has patterns for files: the package that Backstage's actions match paths with.
import micromatch from 'micromatch';

const OPTIONS = { dot: true, matchBase: false, nobrace: false, nocase: false, noext: false, noglobstar: false, posix: true, strictSlashes: false };

const matchers = pattern =>
  micromatch
    .braces(pattern, { expand: true, nodupes: true, keepEscaping: true })
    .filter(expanded => expanded !== '')
    .map(expanded => {
      const { isGlob, base } = micromatch.scan(expanded);
      return { regexp: micromatch.makeRe(expanded, OPTIONS), base: isGlob ? base : undefined };
    });

// A folder also answers to patterns that end with a slash, but not to one that is about what is inside it: the real
// ones begin to look there.
const meets = (regexps, path, isDir) =>
  regexps.some(({ regexp, base }) => path !== base && (regexp.test(path) || (isDir && regexp.test(`${path}/`))));

// What is inside an excluded folder is never looked at.
const isExcluded = (regexps, path, isDir) => {
  if (meets(regexps, path, isDir)) return true;
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    if (meets(regexps, path.slice(0, slash), true)) return true;
  }
  return false;
};

// Patterns are [text, isNegative]: one that is negative counts for those before it. Entries are [path, isDir].
// Answers the indices of the entries that are meant.
globalThis.globMatch = (patternsJson, entriesJson) => {
  const patterns = JSON.parse(patternsJson).map(([text, negative]) => ({ regexps: matchers(text), negative }));
  const entries = JSON.parse(entriesJson);
  const found = [];
  entries.forEach(([path, isDir], at) => {
    const meant = patterns.some(
      ({ regexps, negative }, index) =>
        !negative &&
        meets(regexps, path, isDir) &&
        !patterns.slice(index + 1).some(other => other.negative && isExcluded(other.regexps, path, isDir)),
    );
    if (meant) found.push(at);
  });
  return JSON.stringify(found);
};
