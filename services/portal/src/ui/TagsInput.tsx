import { Button, Tag, TagGroup } from '@backstage/ui';
import { useState, type KeyboardEvent } from 'react';
import './rows.css';
import { TextInput } from './TextInput';

export interface TagsInputProps {
  label: string;
  description?: string;
  tags: readonly string[];
  onChange: (tags: string[]) => void;
  error?: string;
}

/** The words of `text` that are not among `tags` yet. */
export function newTags(text: string, tags: readonly string[]): string[] {
  const words = text.split(/[\s,]+/).filter(Boolean);
  return [...new Set(words)].filter(word => !tags.includes(word));
}

/** Short words, added with Enter or a comma and removed one by one. */
export function TagsInput(props: TagsInputProps) {
  const { tags, onChange } = props;
  const [text, setText] = useState('');
  const add = () => {
    const fresh = newTags(text, tags);
    if (fresh.length > 0) onChange([...tags, ...fresh]);
    setText('');
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ',') return;
    event.preventDefault();
    add();
  };
  return (
    <div className="pro-tags">
      <div className="pro-form-row">
        <TextInput
          label={props.label}
          description={props.description}
          value={text}
          onChange={setText}
          onKeyDown={onKey}
          onBlur={add}
          error={props.error}
        />
        {text && (
          <Button
            variant="secondary"
            className="pro-beside-field"
            onPress={add}
          >
            Add
          </Button>
        )}
      </div>
      {tags.length > 0 && (
        <TagGroup
          aria-label={props.label}
          onRemove={keys => onChange(tags.filter(tag => !keys.has(tag)))}
        >
          {tags.map(tag => (
            <Tag key={tag} id={tag} textValue={tag}>
              {tag}
            </Tag>
          ))}
        </TagGroup>
      )}
    </div>
  );
}
