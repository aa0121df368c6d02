import type { Advisories } from '../api/types';

type Finding = Advisories['findings'][number];

/** Whether an advisory is to stand out. */
export function isCritical({ severity }: Finding): boolean {
  return severity === 'critical';
}

const severities = ['critical', 'high', 'moderate', 'low', 'info'];

/** What the registry warned of, counted: "2 advisories for what is in it: 1 critical, 1 low." */
export function adviceWords(advisories: Advisories): string {
  const { findings, left, notChecked } = advisories;
  if (notChecked) return `Advisories not checked. ${notChecked}`;
  if (findings.length === 0) {
    return 'The npm registry has no advisory for what is in it.';
  }
  const count = findings.length + left;
  const counted = severities
    .map(word => [findings.filter(one => one.severity === word).length, word])
    .filter(([number]) => number !== 0)
    .map(pair => pair.join(' '));
  if (left > 0) counted.push(`${left} more`);
  const what = count === 1 ? '1 advisory' : `${count} advisories`;
  return `${what} for what is in it: ${counted.join(', ')}.`;
}
