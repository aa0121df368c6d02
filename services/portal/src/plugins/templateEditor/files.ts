import type { SentFile, TemplateFiles } from '../../api/templateEditor';

/** A file in the editor. What is no text is kept byte by byte and cannot be edited. */
export interface EditedFile {
  path: string;
  /** As it was read; undefined for a file that was made here. */
  original?: string;
  /** What is written now; undefined for what is no text. */
  text?: string;
  /** As it was read, in base64. */
  bytes?: string;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
}

/** The text that these bytes are; undefined when they are none. */
export function textOf(base64: string): string | undefined {
  try {
    const text = decoder.decode(bytesOf(base64));
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function base64Of(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const step = 0x8000;
  let letters = '';
  for (let at = 0; at < bytes.length; at += step) {
    letters += String.fromCharCode(...bytes.subarray(at, at + step));
  }
  return btoa(letters);
}

/** The files as they were read: the template and its tests before all others. */
export function openFiles({
  files,
  templatePath,
}: TemplateFiles): EditedFile[] {
  const opened = files.map(({ path, base64Content }) => {
    const text = textOf(base64Content);
    return { path, original: text, text, bytes: base64Content };
  });
  const tests = testFiles(opened, templatePath);
  const rank = (path: string) =>
    path === templatePath ? 0 : tests.includes(path) ? 1 : 2;
  return opened.sort((a, b) => rank(a.path) - rank(b.path));
}

export function isChanged(file: EditedFile): boolean {
  return file.text !== file.original;
}

/** The files with other words in one of them. */
export function withText(
  files: EditedFile[],
  path: string,
  text: string,
): EditedFile[] {
  return files.map(file => (file.path === path ? { ...file, text } : file));
}

/** The files with one more, before those of later paths. */
export function withFile(
  files: EditedFile[],
  path: string,
  text: string,
): EditedFile[] {
  const later = files.findIndex((file, at) => at > 0 && file.path > path);
  const at = later < 0 ? files.length : later;
  return files.toSpliced(at, 0, { path, text });
}

/** What keeps a path from being that of a new file; undefined when nothing does. */
export function pathProblem(
  files: EditedFile[],
  path: string,
): string | undefined {
  if (!path) return 'Give the file a name.';
  if (files.some(file => file.path === path))
    return 'There is a file of this name.';
  const parts = path.split('/');
  if (parts.some(part => part === '' || part === '.' || part === '..')) {
    return 'Write names with single slashes between them, such as skeleton/README.md.';
  }
  return undefined;
}

/** The files as dry runs and tests take them: what was not touched goes as it came. */
export function toSend(files: EditedFile[]): SentFile[] {
  return files.map(file => ({
    path: file.path,
    base64Content:
      file.bytes !== undefined && !isChanged(file)
        ? file.bytes
        : base64Of(file.text ?? ''),
  }));
}

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);

/** The test files of a template: those beside it. */
export function testFiles(files: EditedFile[], templatePath: string): string[] {
  const beside = folderOf(templatePath);
  return files
    .map(({ path }) => path)
    .filter(path => folderOf(path) === beside)
    .filter(path => {
      const name = path.slice(beside.length);
      return (
        name === 'template.test.yaml' || name.endsWith('.template.test.yaml')
      );
    });
}

/** Where a template's first test file belongs. */
export function testPathFor(templatePath: string): string {
  return `${folderOf(templatePath)}template.test.yaml`;
}
