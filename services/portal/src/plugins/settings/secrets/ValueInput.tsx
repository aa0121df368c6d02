import { Checkbox, PasswordField, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

export interface ValueInputProps {
  value: string;
  onChange: (value: string) => void;
  error?: string;
}

/** Takes the value of a secret: hidden, or in the open where it has several lines. */
export function ValueInput({ value, onChange, error }: ValueInputProps) {
  const [several, setSeveral] = useState(false);
  const shared = {
    label: 'Value',
    name: 'value',
    description: 'Stored encrypted. Nobody can read it again, not even you.',
    value,
    onChange,
    isInvalid: Boolean(error),
    autoComplete: 'off',
  };
  return (
    <div className="pro-field">
      {several ? (
        <TextAreaField {...shared} className="settings-json" rows={6} />
      ) : (
        <PasswordField {...shared} size="small" validationBehavior="aria" />
      )}
      {error && (
        <p className="pro-field-error" role="alert">
          {error}
        </p>
      )}
      <Checkbox isSelected={several} onChange={setSeveral}>
        The value has several lines, like a private key
      </Checkbox>
    </div>
  );
}
