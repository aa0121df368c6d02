import {
  HighlightStyle,
  StreamLanguage,
  syntaxHighlighting,
} from '@codemirror/language';
import { yaml } from '@codemirror/legacy-modes/mode/yaml';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import CodeMirror from '@uiw/react-codemirror';
import { useMemo } from 'react';

// In the portal's own colours, so that one style serves light and dark.
const look = EditorView.theme({
  '&': { backgroundColor: 'var(--pro-surface)', color: 'var(--pro-text)' },
  '&.cm-focused': {
    outline: '2px solid var(--pro-stage)',
    outlineOffset: '-2px',
  },
  '.cm-scroller': {
    fontFamily: 'var(--pro-mono)',
    fontSize: '13px',
    lineHeight: '20px',
  },
  '.cm-content': { caretColor: 'var(--pro-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--pro-text)' },
  '.cm-gutters': {
    backgroundColor: 'var(--pro-sunken)',
    color: 'var(--pro-text-secondary)',
    borderRight: '1px solid var(--pro-line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--pro-text) 5%, transparent)',
  },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    { backgroundColor: 'var(--pro-stage-quiet)' },
  '.cm-panels': {
    backgroundColor: 'var(--pro-sunken)',
    color: 'var(--pro-text)',
  },
});

const colours = HighlightStyle.define([
  {
    tag: [
      tags.atom,
      tags.keyword,
      tags.propertyName,
      tags.definition(tags.propertyName),
    ],
    color: 'var(--pro-accent)',
  },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--pro-good)' },
  { tag: [tags.number, tags.bool], color: 'var(--pro-warning)' },
  { tag: tags.comment, color: 'var(--pro-text-secondary)' },
]);

export interface CodeEditorProps {
  path: string;
  text: string;
  onChange: (text: string) => void;
}

/** A text with line numbers, search and undo. The Tab key leaves it, so that nobody is caught in it. */
export function CodeEditor({ path, text, onChange }: CodeEditorProps) {
  const extensions = useMemo(
    () => [
      look,
      syntaxHighlighting(colours),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': path, tabindex: '0' }),
      ...(/\.ya?ml$/.test(path) ? [StreamLanguage.define(yaml)] : []),
    ],
    [path],
  );
  return (
    <CodeMirror
      // Undo must not lead into another file.
      key={path}
      className="editor-code"
      theme="none"
      height="100%"
      indentWithTab={false}
      basicSetup={{
        syntaxHighlighting: false,
        highlightSelectionMatches: false,
      }}
      extensions={extensions}
      value={text}
      onChange={onChange}
    />
  );
}
