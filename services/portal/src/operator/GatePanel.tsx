import { Fragment, useState } from 'react';
import type { OperatorRollout, RolloutOrganization } from '../api/types';
import { Button } from '@backstage/ui';
import { AdvisoryList } from '../ui/AdvisoryList';
import { Panel } from '../ui/Panel';
import { RelativeTime } from '../ui/RelativeTime';
import { Loaded } from '../ui/states';
import { Status } from '../ui/Status';
import { useLoad } from '../ui/useLoad';
import { useOperator } from './context';
import { Scroll } from './Frame';
import { RenderingReport } from './RenderingReport';
import {
  besideWords,
  gateRows,
  isOpen,
  ringName,
  stepWords,
  type GateRow,
} from './words';

const openPollMs = 2_000;
/** As many as one answer can bring: they are all watched. */
const page = 100;
const most = 500;

function Figure({ row }: { row: GateRow }) {
  return (
    <td className="operator-figure" data-over={row.over ? '' : undefined}>
      <span className="operator-figure-new">{row.new}</span>
      {row.over && <span className="operator-over">over the limit</span>}
      <span className="pro-quiet">{besideWords(row)}</span>
    </td>
  );
}

interface PartProps {
  rollout: OperatorRollout;
  part: RolloutOrganization;
}

function Report({ rollout, part }: PartProps) {
  const { differences, written } = part;
  return (
    <div className="operator-report">
      <p>
        The version was asked{' '}
        {part.replayed === 1 ? '1 request' : `${part.replayed} requests`} that
        people made lately.
        {differences.length === 0
          ? ' Nothing differed.'
          : ` ${differences.length} differences:`}
      </p>
      {differences.length > 0 && (
        <ul>
          {differences.map(({ what, name, change, breaking, detail }) => (
            <li key={`${what} ${name} ${change}`}>
              {what} <code>{name}</code> {change}
              {breaking && ', which people would notice'}
              {detail && `: ${detail}`}
            </li>
          ))}
        </ul>
      )}
      {part.advisories && <AdvisoryList advisories={part.advisories} />}
      <RenderingReport rollout={rollout} part={part} />
      {written.length > 0 && (
        <p>
          Rows that it wrote before it was taken back, kept for 30 days:{' '}
          {written
            .map(
              ({ table, rows, missing }) =>
                `${table} ${rows}${missing > 0 ? ` (${missing} deleted)` : ''}`,
            )
            .join(', ')}
          .
        </p>
      )}
      {part.heldMs !== undefined && (
        <p>Requests were held for {part.heldMs} ms while data was migrated.</p>
      )}
      {part.lastBeacon && (
        <p>
          The last report of a broken front end:{' '}
          <code className="pro-any-break">{part.lastBeacon}</code>
        </p>
      )}
    </div>
  );
}

function hasReport(part: RolloutOrganization): boolean {
  return Boolean(
    part.data ||
    part.rendering ||
    part.differences.length ||
    part.written.length ||
    part.lastBeacon,
  );
}

function Part({ rollout, part }: PartProps) {
  const [open, setOpen] = useState(false);
  const { tone, text } = stepWords(part.step);
  return (
    <Fragment>
      <tr>
        <th scope="row">
          <span className="operator-name">{part.name}</span>
          <span className="pro-quiet">
            {part.slug}, {ringName(part.ring)}
          </span>
          {hasReport(part) && (
            <button
              type="button"
              className="pro-text-button"
              aria-expanded={open}
              aria-label={`${open ? 'Hide report' : 'Report'} of ${part.name}`}
              onClick={() => setOpen(!open)}
            >
              {open ? 'Hide report' : 'Report'}
            </button>
          )}
        </th>
        <td>
          <Status tone={tone}>{text}</Status>
          <div className="pro-quiet">
            <RelativeTime at={part.since} />
          </div>
          {part.reason && <div className="operator-why">{part.reason}</div>}
        </td>
        <td>
          {part.new?.requests ?? 0}
          <div className="pro-quiet">before {part.old?.requests ?? 0}</div>
        </td>
        {gateRows(part).map(row => (
          <Figure key={row.what} row={row} />
        ))}
      </tr>
      {open && (
        <tr>
          <td colSpan={6}>
            <Report rollout={rollout} part={part} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}

/** What the gate saw in each organisation, beside its limits. */
export function GatePanel({ rollout }: { rollout: OperatorRollout }) {
  const operator = useOperator();
  const [limit, setLimit] = useState(page);
  const { load, reload } = useLoad(
    () =>
      operator.listRolloutOrganizations(rollout.id, undefined, String(limit)),
    // Once more when it has ended: the last look may have been before.
    `${rollout.id} ${limit} ${isOpen(rollout)}`,
    () => (isOpen(rollout) ? openPollMs : undefined),
  );
  return (
    <Panel
      title="Gate"
      introduction="What each organisation’s new version did so far, what the former did, and where the gate closes."
      flush
    >
      <Loaded load={load} onRetry={reload} rows={4}>
        {({ items, nextCursor }) => (
          <>
            <Scroll label="Organisations and their figures">
              <table className="pro-table operator-gate">
                <thead>
                  <tr>
                    <th scope="col">Organisation</th>
                    <th scope="col">Step</th>
                    <th scope="col">Requests</th>
                    <th scope="col">Failed requests</th>
                    <th scope="col">95th percentile</th>
                    <th scope="col">Broken front ends</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map(part => (
                    <Part key={part.tenantId} rollout={rollout} part={part} />
                  ))}
                </tbody>
              </table>
            </Scroll>
            {nextCursor && (
              <div className="pro-load-more">
                {limit < most ? (
                  <Button variant="secondary" onPress={() => setLimit(most)}>
                    More organisations
                  </Button>
                ) : (
                  <p className="pro-quiet">
                    These are the first {most}. The command line shows all:{' '}
                    <code>proscenium rollout show {rollout.id}</code>
                  </p>
                )}
              </div>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}
