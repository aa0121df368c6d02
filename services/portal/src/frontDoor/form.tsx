import { useId, useState, type FormEvent, type ReactNode } from 'react';

export interface DoorFormProps {
  title: string;
  introduction?: ReactNode;
  onSubmit: (event: FormEvent) => void;
  children: ReactNode;
  footer?: ReactNode;
}

/** A card with one form in it. */
export function DoorForm(props: DoorFormProps) {
  return (
    <form className="door-card" onSubmit={props.onSubmit} noValidate>
      <h1>{props.title}</h1>
      {props.introduction && (
        <p className="door-introduction">{props.introduction}</p>
      )}
      {props.children}
      {props.footer && <div className="door-footer">{props.footer}</div>}
    </form>
  );
}

export interface FieldProps {
  label: string;
  name: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  type?: 'text' | 'email' | 'password';
  autoComplete?: string;
  autoFocus?: boolean;
  required?: boolean;
  /** Shown in the field, before and after the text: `https://` and `.example.org`. */
  prefix?: string;
  suffix?: string;
  hint?: ReactNode;
  error?: string;
  good?: string;
}

/** A labelled input with its hint, its error or its good news underneath. */
export function Field(props: FieldProps) {
  const id = useId();
  const [revealed, setRevealed] = useState(false);
  const isPassword = props.type === 'password';
  const note = props.error ?? props.good ?? props.hint;
  return (
    <div className="door-field" data-invalid={props.error ? '' : undefined}>
      <label htmlFor={id}>{props.label}</label>
      <div className="door-input">
        {props.prefix && <span className="door-affix">{props.prefix}</span>}
        <input
          id={id}
          name={props.name}
          type={isPassword && revealed ? 'text' : (props.type ?? 'text')}
          value={props.value}
          onChange={event => props.onChange(event.target.value)}
          onBlur={props.onBlur}
          autoComplete={props.autoComplete}
          autoFocus={props.autoFocus}
          required={props.required}
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={props.error ? true : undefined}
          aria-describedby={note ? `${id}-note` : undefined}
        />
        {props.suffix && <span className="door-affix">{props.suffix}</span>}
        {isPassword && (
          <button
            type="button"
            className="door-reveal"
            aria-pressed={revealed}
            onClick={() => setRevealed(!revealed)}
          >
            {revealed ? 'Hide' : 'Show'}
          </button>
        )}
      </div>
      <div
        id={`${id}-note`}
        className="door-note"
        data-tone={props.error ? 'bad' : props.good ? 'good' : undefined}
        aria-live="polite"
      >
        {note}
      </div>
    </div>
  );
}

export interface SubmitButtonProps {
  busy?: boolean;
  children: ReactNode;
}

export function SubmitButton({ busy = false, children }: SubmitButtonProps) {
  return (
    <button type="submit" className="door-button" disabled={busy}>
      {children}
    </button>
  );
}

/** Something the person must know before going on. */
export function Notice(props: { tone: 'bad' | 'good'; children: ReactNode }) {
  return (
    <div
      className="door-notice"
      data-tone={props.tone}
      role={props.tone === 'bad' ? 'alert' : 'status'}
    >
      {props.children}
    </div>
  );
}
