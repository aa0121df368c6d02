import type { CatalogSettings } from '../../../api/catalogSettings';
import type { FieldErrors } from '../../../api/fieldPath';

/** The settings as they are typed: numbers are texts. */
export interface RulesDraft {
  orphanStrategy: 'delete' | 'keep';
  percent: string;
  entities: string;
  historyDays: string;
  undeleteDays: string;
  allowedKinds?: string[];
}

export function toRulesDraft(settings: CatalogSettings): RulesDraft {
  return {
    orphanStrategy: settings.orphanStrategy,
    percent: String(settings.removalGuard.percent),
    entities: String(settings.removalGuard.entities),
    historyDays: String(settings.historyDays),
    undeleteDays: String(settings.undeleteDays),
    allowedKinds: settings.allowedKinds,
  };
}

export function fromRulesDraft(draft: RulesDraft): CatalogSettings {
  return {
    orphanStrategy: draft.orphanStrategy,
    removalGuard: {
      percent: Number(draft.percent),
      entities: Number(draft.entities),
    },
    historyDays: Number(draft.historyDays),
    undeleteDays: Number(draft.undeleteDays),
    allowedKinds: draft.allowedKinds,
  };
}

/** What is to be sent: the settings that are not as they were. */
export function changedRules(
  before: CatalogSettings,
  after: CatalogSettings,
): Partial<CatalogSettings> {
  const differs = ([key, value]: [string, unknown]) =>
    JSON.stringify(value) !==
    JSON.stringify(before[key as keyof CatalogSettings]);
  return Object.fromEntries(Object.entries(after).filter(differs));
}

const isWhole = (text: string) => /^\d{1,9}$/.test(text.trim());

/** What is wrong with the numbers, by the path that the server would name. */
export function rulesErrors(draft: RulesDraft): FieldErrors {
  const errors: Record<string, string> = {};
  if (!isWhole(draft.percent) || Number(draft.percent) > 100) {
    errors['removalGuard.percent'] = 'Enter a whole number from 0 to 100.';
  }
  const numbers = [
    ['removalGuard.entities', draft.entities],
    ['historyDays', draft.historyDays],
    ['undeleteDays', draft.undeleteDays],
  ] as const;
  for (const [path, text] of numbers) {
    if (!isWhole(text)) errors[path] = 'Enter a whole number.';
  }
  return errors;
}
