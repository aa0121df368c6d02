import { Select, TextAreaField } from '@backstage/ui';
import { useState } from 'react';
import { TextInput } from '../../../ui/TextInput';
import { parseYaml, toYaml } from '../../../ui/yamlText';
import { useForm, type FieldProps } from './fieldProps';
import { hintOf } from './words';

const asText = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** Label, hint and error of a field, however it is drawn. */
export function useLabels(props: FieldProps) {
  const { errors } = useForm();
  const name = props.hidesLabel
    ? { 'aria-label': props.label }
    : { label: props.label, description: hintOf(props.schema) };
  return {
    labels: { ...name, isRequired: props.isRequired },
    error: errors[props.path],
  };
}

function FieldError({ children }: { children?: string }) {
  if (!children) return null;
  return (
    <p className="pro-field-error" role="alert">
      {children}
    </p>
  );
}

export function TextField(props: FieldProps) {
  const { labels, error } = useLabels(props);
  const { value, onChange } = props;
  const text = asText(value);
  const change = (changed: string) =>
    onChange(changed === '' ? undefined : changed);
  if (!text.includes('\n')) {
    return (
      <TextInput {...labels} value={text} onChange={change} error={error} />
    );
  }
  return (
    <div className="pro-field">
      <TextAreaField
        {...labels}
        className="pro-mono-area"
        rows={6}
        value={text}
        onChange={change}
        isInvalid={Boolean(error)}
        validationBehavior="aria"
      />
      <FieldError>{error}</FieldError>
    </div>
  );
}

export function NumberField(props: FieldProps) {
  const { labels, error } = useLabels(props);
  // `1.` is on its way to `1.5`: what is typed stays as long as it means the value.
  const [typed, setTyped] = useState('');
  const { value, onChange } = props;
  const numberOf = (text: string) => {
    const number = Number(text);
    return text.trim() === '' || Number.isNaN(number) ? undefined : number;
  };
  const change = (text: string) => {
    setTyped(text);
    onChange(text.trim() === '' ? undefined : (numberOf(text) ?? text));
  };
  const shown =
    typed !== '' && numberOf(typed) === value ? typed : asText(value);
  return (
    <TextInput
      {...labels}
      inputMode="decimal"
      value={shown}
      onChange={change}
      error={error}
    />
  );
}

interface Option {
  label: string;
  value: unknown;
}

/** One of several values, or none. */
function OptionField(props: FieldProps & { options: Option[] }) {
  const { labels, error } = useLabels(props);
  const { options, value, onChange } = props;
  const at = options.findIndex(option => option.value === value);
  const unset = { id: 'unset', label: 'Not set' };
  return (
    <div className="pro-field">
      <Select
        {...labels}
        options={[
          unset,
          ...options.map(({ label }, index) => ({ id: String(index), label })),
        ]}
        value={at < 0 ? unset.id : String(at)}
        onChange={key => onChange(options[Number(key)]?.value)}
        isInvalid={Boolean(error)}
      />
      <FieldError>{error}</FieldError>
    </div>
  );
}

export function BooleanField(props: FieldProps) {
  const options = [
    { label: 'Yes', value: true },
    { label: 'No', value: false },
  ];
  return <OptionField {...props} options={options} />;
}

export function ChoiceField(props: FieldProps & { values: unknown[] }) {
  const { values, ...field } = props;
  const options = values.map(value => ({
    label: typeof value === 'string' ? value : JSON.stringify(value),
    value,
  }));
  return <OptionField {...field} options={options} />;
}

/** Anything that no simpler field suits, as YAML. */
export function YamlField(props: FieldProps) {
  const { labels, error } = useLabels(props);
  const [text, setText] = useState(() => toYaml(props.value));
  const [problem, setProblem] = useState<string>();
  const change = (changed: string) => {
    setText(changed);
    const parsed = parseYaml(changed);
    setProblem('problem' in parsed ? parsed.problem : undefined);
    if ('value' in parsed) props.onChange(parsed.value ?? undefined);
  };
  return (
    <div className="pro-field">
      <TextAreaField
        {...labels}
        secondaryLabel="YAML"
        className="pro-mono-area"
        rows={Math.min(Math.max(text.split('\n').length, 2), 12)}
        value={text}
        onChange={change}
        isInvalid={Boolean(problem ?? error)}
        validationBehavior="aria"
      />
      <FieldError>{problem ?? error}</FieldError>
    </div>
  );
}
