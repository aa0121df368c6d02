/** Who gains and who loses: a condition in place of a denial is a gain, in place of an allow a loss. */
export function direction(change: {
  before: { decision: string };
  after: { decision: string };
}): 'gain' | 'loss' | 'change' {
  const rank = ['deny', 'conditional', 'allow'];
  const by =
    rank.indexOf(change.after.decision) - rank.indexOf(change.before.decision);
  if (by === 0) return 'change';
  return by > 0 ? 'gain' : 'loss';
}

/** Problems by line, the first line first. */
export function lineProblems(
  fields: Readonly<Record<string, string>>,
): { place: string; problem: string }[] {
  const lineOf = (place: string) => Number(/\d+/.exec(place)?.[0] ?? 0);
  return Object.entries(fields)
    .map(([place, problem]) => ({ place, problem }))
    .sort((left, right) => lineOf(left.place) - lineOf(right.place));
}
