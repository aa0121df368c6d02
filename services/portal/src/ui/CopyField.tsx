import { Button } from '@backstage/ui';
import { RiCheckLine, RiFileCopyLine } from '@remixicon/react';
import { useEffect, useRef, useState } from 'react';
import './ui.css';

const confirmationMs = 2_000;

export interface CopyFieldProps {
  label: string;
  text: string;
  /** Whether the text is what one waited for: it takes the focus when it appears. */
  awaited?: boolean;
}

/** A text to pass on, with a button that copies it. */
export function CopyField({ label, text, awaited = false }: CopyFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (awaited) input.current?.focus();
  }, [awaited]);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), confirmationMs);
  };
  return (
    <div className="pro-copy">
      <input
        ref={input}
        readOnly
        aria-label={label}
        value={text}
        onFocus={event => event.target.select()}
      />
      <Button
        variant="secondary"
        iconStart={copied ? <RiCheckLine /> : <RiFileCopyLine />}
        onPress={() => void copy()}
      >
        {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  );
}
