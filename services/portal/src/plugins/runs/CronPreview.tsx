import { useApi } from '@backstage/frontend-plugin-api';
import { useEffect, useState } from 'react';
import { asFailure } from '../../api/failure';
import { scaffolderRunsApiRef } from '../../api/scaffolderRuns';
import { timeIn } from './scheduleDraft';

const waitMs = 400;

export interface Preview {
  /** What these times are of. */
  timeZone: string;
  next: string[];
  errors: Readonly<Record<string, string>>;
}

/** When a cron expression comes next, or what is wrong with it; asked while it is typed. */
export function usePreview(
  cron: string,
  timeZone: string,
): Preview | undefined {
  const runs = useApi(scaffolderRunsApiRef);
  const [preview, setPreview] = useState<Preview>();
  useEffect(() => {
    let current = true;
    if (!cron.trim() || !timeZone.trim()) {
      setPreview(undefined);
      return undefined;
    }
    const show = (next: string[], errors: Preview['errors'] = {}) =>
      current && setPreview({ timeZone, next, errors });
    const ask = () =>
      runs.preview(cron.trim(), timeZone.trim()).then(
        next => show(next),
        (thrown: unknown) => {
          const { fields, message } = asFailure(thrown);
          show([], Object.keys(fields).length > 0 ? fields : { cron: message });
        },
      );
    const timer = setTimeout(() => void ask(), waitMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [runs, cron, timeZone]);
  return preview;
}

/** The next times of a schedule. */
export function CronPreview({ preview }: { preview?: Preview }) {
  if (!preview || preview.next.length === 0) return null;
  return (
    <div className="runs-preview" role="status">
      <span>Comes next, in {preview.timeZone}:</span>
      <ol>
        {preview.next.map(at => (
          <li key={at}>
            <time dateTime={at}>{timeIn(preview.timeZone, at)}</time>
          </li>
        ))}
      </ol>
    </div>
  );
}
