import type { AvailablePackage } from '../../api/types';
import { roleWords } from './roleWords';

function textOf({ package: name, title, about }: AvailablePackage): string {
  const role = about?.role && roleWords(about.role);
  const words = [about?.description, about?.licence, role];
  return [name, title, ...words, ...(about?.keywords ?? [])]
    .join(' ')
    .toLocaleLowerCase('en-US');
}

/** The packages in which every word occurs somewhere. */
export function found(
  items: readonly AvailablePackage[],
  text: string,
): AvailablePackage[] {
  const words = text.toLocaleLowerCase('en-US').split(/\s+/).filter(Boolean);
  return items.filter(item => words.every(word => textOf(item).includes(word)));
}
