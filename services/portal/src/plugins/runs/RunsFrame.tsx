import type { ReactNode } from 'react';
import { usePortal } from '../../app/portalApi';
import { usePageTitle } from '../../app/pageTitle';
import '../../ui/ui.css';
import { Permitted } from '../settings/Permitted';
import './runs.css';

export interface RunsFrameProps {
  title: string;
  permission: string;
  /** What the permission is for, after "You may not". */
  to: string;
  children: ReactNode;
}

/** One of our pages below Create, which has the heading. */
export function RunsFrame(props: RunsFrameProps) {
  const portal = usePortal();
  usePageTitle(props.title, portal.title);
  return (
    <main className="pro-page">
      <div className="pro-stack">
        <Permitted permission={props.permission} to={props.to}>
          {props.children}
        </Permitted>
      </div>
    </main>
  );
}
