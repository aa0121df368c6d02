import { useState } from 'react';
import type { FieldErrors } from '../../../api/fieldPath';
import { parseYaml, toYaml } from '../../../ui/yamlText';
import { isObject } from './schema';

export type View = 'form' | 'yaml';
export type Config = Record<string, unknown>;

/** The configuration that `text` is, in YAML or JSON, or what keeps it from being one. */
export function parseConfig(
  text: string,
): { config: Config } | { problem: string } {
  const parsed = parseYaml(text);
  if ('problem' in parsed) return parsed;
  const value = parsed.value ?? {};
  return isObject(value)
    ? { config: value }
    : { problem: 'A configuration has keys and values, such as app: { … }.' };
}

/** An empty configuration is no text at all, rather than `{}`. */
export function textOf(config: Config): string {
  return Object.keys(config).length === 0 ? '' : toYaml(config);
}

export interface ConfigDraft {
  config: Config;
  text: string;
  view: View;
  /** What keeps the text from being a configuration. */
  problem?: string;
  errors: FieldErrors;
  change: (config: Config) => void;
  changeText: (text: string) => void;
  show: (view: View) => void;
  setErrors: (errors: FieldErrors) => void;
}

/** One draft for both views: the text is kept as it was written until the form changes what it says. */
export function useConfigDraft(start: Config, hasForm: boolean): ConfigDraft {
  const [config, setConfig] = useState(start);
  const [text, setText] = useState(() => textOf(start));
  const [problem, setProblem] = useState<string>();
  const [errors, setErrors] = useState<FieldErrors>({});
  const [view, setView] = useState<View>(hasForm ? 'form' : 'yaml');

  const change = (changed: Config) => {
    setConfig(changed);
    setText(textOf(changed));
    setProblem(undefined);
    setErrors({});
  };
  const changeText = (changed: string) => {
    setText(changed);
    setErrors({});
    const parsed = parseConfig(changed);
    setProblem('problem' in parsed ? parsed.problem : undefined);
    if ('config' in parsed) setConfig(parsed.config);
  };
  const show = (wanted: View) => {
    if (wanted === 'yaml' || !problem) setView(wanted);
  };
  return {
    config,
    text,
    view,
    problem,
    errors,
    change,
    changeText,
    show,
    setErrors,
  };
}
