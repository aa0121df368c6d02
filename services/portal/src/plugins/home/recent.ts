/** Entities that the person looked at last, newest first. */
export type Visit = { entityRef: string };

const kept = 8;

const entityPath = /^\/catalog\/([^/]+)\/([^/]+)\/([^/]+)/;

/** The entity whose page is at `path`, if one is. */
export function entityOfPath(path: string): string | undefined {
  const [, namespace, kind, name] = entityPath.exec(path) ?? [];
  if (!namespace || !kind || !name) return undefined;
  return `${kind}:${namespace}/${name}`.toLowerCase();
}

/** `visits` with `entityRef` in front. */
export function withVisit(visits: Visit[], entityRef: string): Visit[] {
  const others = visits.filter(visit => visit.entityRef !== entityRef);
  return [{ entityRef }, ...others].slice(0, kept);
}
