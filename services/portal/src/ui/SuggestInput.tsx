import { Combobox, ComboboxItemText } from '@backstage/ui';
import './ui.css';

export interface Suggestion {
  /** What is put into the field. */
  id: string;
  title?: string;
  description?: string;
  /** Under which heading it is shown; all suggestions of a field have one, or none. */
  section?: string;
}

export interface SuggestInputProps {
  label?: string;
  'aria-label'?: string;
  description?: string;
  placeholder?: string;
  isRequired?: boolean;
  isDisabled?: boolean;
  value: string;
  onChange: (value: string) => void;
  suggestions: readonly Suggestion[];
  error?: string;
}

/** Whether a suggestion suits what is typed; everything does while the field holds a suggestion as it is. */
export function suits(suggestion: Suggestion, typed: string): boolean {
  const wanted = typed.trim().toLocaleLowerCase('en-US');
  const { id, title = '' } = suggestion;
  return [id, title].some(text =>
    text.toLocaleLowerCase('en-US').includes(wanted),
  );
}

/** The suggestions, with what is typed among them when it is none of them: it may be taken as it is. */
export function offered(
  suggestions: readonly Suggestion[],
  typed: string,
): readonly Suggestion[] {
  const id = typed.trim();
  if (!id || suggestions.some(suggestion => suggestion.id === id)) {
    return suggestions;
  }
  return [...suggestions, { id, description: 'As typed' }];
}

/** Suggestions under their headings, in the order in which headings come first; without one before all of them. */
export function inSections(suggestions: readonly Suggestion[]) {
  const option = ({ id, description }: Suggestion) => ({
    id,
    label: id,
    ...(description && { description }),
  });
  const sections = new Map<string, Suggestion[]>();
  for (const suggestion of suggestions) {
    const { section } = suggestion;
    if (!section) continue;
    sections.set(section, [...(sections.get(section) ?? []), suggestion]);
  }
  return [
    ...suggestions.filter(({ section }) => !section).map(option),
    ...[...sections].map(([title, under]) => ({
      title,
      options: under.map(option),
    })),
  ];
}

/** A text field that offers what suits what is typed, and takes other texts too. */
export function SuggestInput(props: SuggestInputProps) {
  const { value, onChange, suggestions, error, ...field } = props;
  const shared = {
    ...field,
    allowsCustomValue: true,
    menuTrigger: suggestions.length > 0 ? 'focus' : 'input',
    isInvalid: Boolean(error),
    validationBehavior: 'aria',
  } as const;
  const typed = { inputValue: value, onInputChange: onChange };
  const all = offered(suggestions, value);
  const isSectioned = suggestions.some(({ section }) => section);
  return (
    <div className="pro-field">
      {isSectioned ? (
        <Combobox
          {...shared}
          options={inSections(all)}
          search={{ ...typed, filter: (item, text) => suits(item, text) }}
        />
      ) : (
        <Combobox
          {...shared}
          items={all}
          search={{ ...typed, filter: (item, text) => suits(item, text) }}
        >
          {item => (
            <ComboboxItemText
              id={item.id}
              textValue={item.id}
              title={item.title ?? item.id}
              description={item.description}
            />
          )}
        </Combobox>
      )}
      {error && (
        <p className="pro-field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
