// The four filters that Backstage's scaffolder adds to the template language.
import get from 'lodash/get.js';

const parts = ref => {
  const slash = ref.indexOf('/');
  let colon = ref.indexOf(':');
  if (slash !== -1 && slash < colon) colon = -1;
  const found = {
    kind: colon === -1 ? undefined : ref.slice(0, colon),
    namespace: slash === -1 ? undefined : ref.slice(colon + 1, slash),
    name: ref.slice(Math.max(colon, slash) + 1),
  };
  if (Object.values(found).includes('')) throw new TypeError(`"${ref}" is not an entity reference`);
  return found;
};

const parseEntityRef = (ref, defaults) => {
  if (!ref) throw new Error('an entity reference must not be empty');
  const given = typeof ref === 'string' ? parts(ref) : ref;
  const whole = {
    kind: given.kind ?? defaults?.defaultKind,
    namespace: given.namespace ?? (defaults?.defaultNamespace || 'default'),
    name: given.name,
  };
  for (const part of ['kind', 'namespace', 'name']) {
    if (!whole[part]) throw new Error(`the entity reference ${JSON.stringify(ref)} has no ${part}`);
  }
  return whole;
};

// Repository URLs are read by the host, which knows the source hosts.
const parseRepoUrl = url => {
  const answer = JSON.parse(globalThis.hostParseRepoUrl(String(url)));
  if (answer.error) throw new Error(answer.error);
  return answer.ok;
};

const projectSlug = url => {
  const { owner, repo } = parseRepoUrl(url);
  return `${owner}/${repo}`;
};

export const filters = {
  parseRepoUrl,
  parseEntityRef,
  pick: (value, path, otherwise) => get(value, path, otherwise),
  projectSlug,
};
