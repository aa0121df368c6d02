import { accentFor, textOn, type Mode } from '../../../accent';

export const standardAccent = '#5746d9';
const offered: Readonly<Record<Mode, readonly string[]>> = {
  light: [
    standardAccent,
    '#0b6bcb',
    '#0f766e',
    '#1e7f4f',
    '#b45309',
    '#b4232f',
    '#a21caf',
    '#374151',
  ],
  dark: [
    '#9c8fff',
    '#7cc4ff',
    '#5eead4',
    '#6ee7a8',
    '#fbbf6b',
    '#ff8f96',
    '#f0abfc',
    '#cbd5e1',
  ],
};

/** One mode's colour, offered or free, with how links and buttons will look in it. */
export function AccentPicker(props: {
  mode: Mode;
  accent: string;
  disabled: boolean;
  error?: string;
  onChange: (accent: string) => void;
}) {
  const { mode } = props;
  const id = `accent-${mode}`;
  const shown = accentFor(mode, props.accent);
  const moved = shown.toLowerCase() !== props.accent.toLowerCase();
  return (
    <div>
      <div id={id} className="settings-label">
        Accent colour in the {mode} mode
      </div>
      <div className="settings-swatches" role="group" aria-labelledby={id}>
        {offered[mode].map(colour => (
          <button
            key={colour}
            type="button"
            className="settings-swatch"
            style={{ background: colour }}
            aria-label={colour}
            aria-pressed={props.accent === colour}
            disabled={props.disabled}
            onClick={() => props.onChange(colour)}
          />
        ))}
        <input
          type="color"
          className="settings-colour"
          aria-label={`Another colour for the ${mode} mode`}
          value={props.accent}
          disabled={props.disabled}
          onChange={event => props.onChange(event.target.value)}
        />
      </div>
      <div className="settings-preview" data-mode={mode} aria-hidden="true">
        <span style={{ color: shown }}>A link</span>
        <span
          className="settings-preview-button"
          style={{ background: shown, color: textOn(shown) }}
        >
          A button
        </span>
      </div>
      {props.error ? (
        <p className="pro-field-error" role="alert">
          {props.error}
        </p>
      ) : (
        moved && (
          <p className="pro-quiet settings-hint">
            Made {mode === 'light' ? 'darker' : 'lighter'}, so that text in it
            can be read.
          </p>
        )
      )}
    </div>
  );
}
