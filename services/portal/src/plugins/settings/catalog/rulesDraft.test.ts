import { expect, test } from 'vitest';
import type { CatalogSettings } from '../../../api/catalogSettings';
import {
  changedRules,
  fromRulesDraft,
  rulesErrors,
  toRulesDraft,
} from './rulesDraft';

const settings: CatalogSettings = {
  orphanStrategy: 'keep',
  removalGuard: { percent: 20, entities: 10 },
  historyDays: 365,
  undeleteDays: 30,
  allowedKinds: ['Component'],
};

test('settings survive the form', () => {
  expect(fromRulesDraft(toRulesDraft(settings))).toEqual(settings);
  expect(rulesErrors(toRulesDraft(settings))).toEqual({});
});

test('only what was changed is sent', () => {
  expect(changedRules(settings, settings)).toEqual({});
  expect(
    changedRules(settings, {
      ...settings,
      removalGuard: { percent: 50, entities: 10 },
      allowedKinds: ['Component', 'API'],
    }),
  ).toEqual({
    removalGuard: { percent: 50, entities: 10 },
    allowedKinds: ['Component', 'API'],
  });
});

test.each([
  ['percent', '101', 'removalGuard.percent'],
  ['percent', '', 'removalGuard.percent'],
  ['entities', '1.5', 'removalGuard.entities'],
  ['historyDays', '-3', 'historyDays'],
  ['undeleteDays', 'many', 'undeleteDays'],
])('%s cannot be %j', (name, text, path) => {
  const draft = { ...toRulesDraft(settings), [name]: text };
  expect(Object.keys(rulesErrors(draft))).toEqual([path]);
});
