import { createContext, useContext } from 'react';
import type { FieldErrors } from '../../../api/fieldPath';
import type { Secret } from '../../../api/types';
import type { Schema } from './schema';

/** What every field of the form is given. */
export interface FieldProps {
  schema: Schema;
  label: string;
  /** Where the value is: keys and numbers, joined by dots. */
  path: string;
  value: unknown;
  /** `undefined` takes the value away. */
  onChange: (value: unknown) => void;
  isRequired?: boolean;
  /** Whether a group is open although nothing of it is set. */
  startsOpen?: boolean;
  /** Whether something above says the label already, as in rows. */
  hidesLabel?: boolean;
}

/** What all fields of one form share. */
export interface FormContext {
  root: Schema;
  pluginId: string;
  errors: FieldErrors;
  /** The organisation's secrets; undefined where the person may not see them, or does not yet. */
  secrets?: readonly Secret[];
  grant: (secret: Secret) => Promise<void>;
}

export const SchemaFormContext = createContext<FormContext | undefined>(
  undefined,
);

export function useForm(): FormContext {
  const form = useContext(SchemaFormContext);
  if (!form) throw new Error('a field stands outside of a form');
  return form;
}

/** The path of something inside. */
export function below(path: string, name: string | number): string {
  return path === '' ? String(name) : `${path}.${name}`;
}

/** Whether something is wrong with a value or anything inside it. */
export function hasErrorWithin(errors: FieldErrors, path: string): boolean {
  return Object.keys(errors).some(
    found => found === path || found.startsWith(`${path}.`) || path === '',
  );
}
