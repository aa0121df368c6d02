import { Fragment, type ReactNode } from 'react';
import type { Isolation } from '../../api/types';
import { isolationWords } from './workerWords';

/** The level that back ends run at, what is demanded, and why it is no higher one: rows of a list of facts. */
export function LevelFacts(props: {
  isolation: Isolation;
  /** What is said when nothing is demanded. */
  anyLevel: string;
  /** Rows between what is demanded and what is refused. */
  children?: ReactNode;
}) {
  const { level, minimumLevel, refused, runs } = props.isolation;
  return (
    <>
      <dt>Level</dt>
      <dd>{isolationWords(level)}</dd>
      <dt>Demanded</dt>
      <dd>
        {minimumLevel === 'L0'
          ? props.anyLevel
          : `${minimumLevel} at least${runs ? '' : '; so no back end is started'}`}
      </dd>
      {props.children}
      {refused.map(({ level: higher, reason }) => (
        <Fragment key={higher}>
          <dt>Not {higher}</dt>
          <dd>{reason}</dd>
        </Fragment>
      ))}
    </>
  );
}
