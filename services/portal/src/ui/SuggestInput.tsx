import { Combobox, ComboboxItem, ComboboxItemText } from '@backstage/ui';
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

/** A text field that offers what suits what is typed, and takes other texts too. */
export function SuggestInput(props: SuggestInputProps) {
  const { value, onChange, suggestions, error, ...field } = props;
  return (
    <div className="pro-field">
      <Combobox
        {...field}
        items={suggestions}
        allowsCustomValue
        menuTrigger="focus"
        isInvalid={Boolean(error)}
        validationBehavior="aria"
        search={{
          inputValue: value,
          onInputChange: onChange,
          filter: (item, typed) => suits(item, typed),
        }}
      >
        {item => (
          <ComboboxItem id={item.id} textValue={item.id}>
            <ComboboxItemText
              title={item.title ?? item.id}
              description={item.description}
            />
          </ComboboxItem>
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
