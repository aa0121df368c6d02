import { TextField } from '@backstage/ui';
import type { ComponentProps } from 'react';
import './ui.css';

export type TextInputProps = Omit<
  ComponentProps<typeof TextField>,
  'isInvalid' | 'validationBehavior'
> & {
  error?: string;
};

/** A text field with what is wrong with it underneath. */
export function TextInput({ error, ...field }: TextInputProps) {
  return (
    <div className="pro-field">
      <TextField
        {...field}
        isInvalid={Boolean(error)}
        validationBehavior="aria"
      />
      {error && (
        <p className="pro-field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
