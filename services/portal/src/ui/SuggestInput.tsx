import { Combobox, ComboboxItemText } from '@backstage/ui';
import './ui.css';

export interface Suggestion {
  /** What is put into the field. */
  id: string;
  title?: string;
  description?: string;
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

/** A text field that offers what suits what is typed, and takes other texts too. */
export function SuggestInput(props: SuggestInputProps) {
  const { value, onChange, suggestions, error, ...field } = props;
  return (
    <div className="pro-field">
      <Combobox
        {...field}
        items={offered(suggestions, value)}
        allowsCustomValue
        menuTrigger={suggestions.length > 0 ? 'focus' : 'input'}
        isInvalid={Boolean(error)}
        validationBehavior="aria"
        search={{
          inputValue: value,
          onInputChange: onChange,
          filter: (item, typed) => suits(item, typed),
        }}
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
      {error && (
        <p className="pro-field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
