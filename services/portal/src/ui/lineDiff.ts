export type LineMark = 'same' | 'added' | 'removed';

export interface DiffLine {
  mark: LineMark;
  text: string;
}

/** Lines that did not change and are left out. */
export interface SkippedLines {
  mark: 'skipped';
  count: number;
}

const mostCells = 4_000_000;

const marked = (mark: LineMark, texts: string[]): DiffLine[] =>
  texts.map(text => ({ mark, text }));

/** Lengths of the longest common subsequences of all tails. */
function commonLengths(before: string[], after: string[]): Uint32Array {
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        before[i] === after[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(
              lengths[(i + 1) * width + j] ?? 0,
              lengths[i * width + j + 1] ?? 0,
            );
    }
  }
  return lengths;
}

function middle(before: string[], after: string[]): DiffLine[] {
  if (before.length * after.length > mostCells) {
    return [...marked('removed', before), ...marked('added', after)];
  }
  const lengths = commonLengths(before, after);
  const width = after.length + 1;
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const old = before[i];
    const fresh = after[j];
    if (old !== undefined && old === fresh) {
      lines.push({ mark: 'same', text: old });
      i++;
      j++;
    } else if (
      old !== undefined &&
      (fresh === undefined ||
        (lengths[(i + 1) * width + j] ?? 0) >=
          (lengths[i * width + j + 1] ?? 0))
    ) {
      lines.push({ mark: 'removed', text: old });
      i++;
    } else if (fresh !== undefined) {
      lines.push({ mark: 'added', text: fresh });
      j++;
    }
  }
  return lines;
}

/** The shortest way from one list of lines to the other; removed lines stand before added ones. */
export function diffLines(before: string[], after: string[]): DiffLine[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail))
    tail++;
  return [
    ...marked('same', before.slice(0, head)),
    ...middle(
      before.slice(head, before.length - tail),
      after.slice(head, after.length - tail),
    ),
    ...marked('same', before.slice(before.length - tail)),
  ];
}

/** Leaves out unchanged lines that are further than `around` from a change. */
export function withContext(
  lines: DiffLine[],
  around = 3,
): (DiffLine | SkippedLines)[] {
  const near = new Uint8Array(lines.length);
  lines.forEach((line, at) => {
    if (line.mark !== 'same')
      near.fill(1, Math.max(0, at - around), at + around + 1);
  });
  const shown: (DiffLine | SkippedLines)[] = [];
  lines.forEach((line, at) => {
    const last = shown.at(-1);
    if (near[at]) shown.push(line);
    else if (last?.mark === 'skipped') last.count++;
    else shown.push({ mark: 'skipped', count: 1 });
  });
  return shown;
}
