import { Field } from './form';
import { passwordStrength } from './passwordStrength';

export interface NewPasswordFieldProps {
  value: string;
  onChange: (value: string) => void;
  error?: string;
}

/** A password to be chosen, with a word on how good it is. */
export function NewPasswordField(props: NewPasswordFieldProps) {
  const strength = passwordStrength(props.value);
  return (
    <Field
      label="Password"
      name="password"
      type="password"
      autoComplete="new-password"
      value={props.value}
      onChange={props.onChange}
      error={props.error}
      hint={
        <span className="door-strength" data-level={strength.level}>
          <span className="door-meter" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {strength.hint}
        </span>
      }
      required
    />
  );
}
