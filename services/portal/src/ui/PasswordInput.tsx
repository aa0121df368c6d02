import { PasswordField } from '@backstage/ui';
import type { ComponentProps } from 'react';
import './ui.css';

export type PasswordInputProps = Omit<
  ComponentProps<typeof PasswordField>,
  'isInvalid' | 'validationBehavior'
> & {
  error?: string;
};

/** A password with what is wrong with it underneath. */
export function PasswordInput({ error, ...field }: PasswordInputProps) {
  return (
    <div className="pro-field">
      <PasswordField
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
