import { fileName, isWebAddress, lineAddress } from './fileLink';

export interface FileLinkProps {
  url: string;
  line?: number;
  /** Shows the whole address instead of the file's name. */
  whole?: boolean;
}

/** A file, leading to it at its host, at the line where that is known. */
export function FileLink({ url, line, whole }: FileLinkProps) {
  const text = `${whole ? url : fileName(url)}${line === undefined ? '' : ` line ${line}`}`;
  if (!isWebAddress(url)) {
    return (
      <span className="pro-mono" title={url}>
        {text}
      </span>
    );
  }
  return (
    <a
      className="pro-link pro-mono pro-any-break"
      href={lineAddress(url, line)}
      target="_blank"
      rel="noreferrer"
      title={url}
    >
      {text}
    </a>
  );
}
