import type { ReactNode } from 'react';
import { usePortal } from '../app/portalApi';
import { usePageTitle } from '../app/pageTitle';
import './ui.css';

export interface PageFrameProps {
  title: string;
  introduction?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** One of our own pages: title, a sentence, the primary action, content at a readable width. */
export function PageFrame(props: PageFrameProps) {
  const portal = usePortal();
  usePageTitle(props.title, portal.title);
  return (
    <main className="pro-page">
      <header className="pro-page-header">
        <div>
          <h1>{props.title}</h1>
          {props.introduction && <p>{props.introduction}</p>}
        </div>
        {props.actions && <div className="pro-actions">{props.actions}</div>}
      </header>
      {props.children}
    </main>
  );
}
