import { RiArrowLeftLine } from '@remixicon/react';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { usePortal } from '../app/portalApi';
import { usePageTitle } from '../app/pageTitle';
import './ui.css';

export interface PageFrameProps {
  title: string;
  introduction?: ReactNode;
  /** Where this page hangs below another one. */
  back?: { href: string; label: string };
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
          {props.back && (
            <Link className="pro-link pro-back" to={props.back.href}>
              <RiArrowLeftLine size={16} aria-hidden="true" />
              {props.back.label}
            </Link>
          )}
          <h1>{props.title}</h1>
          {props.introduction && <p>{props.introduction}</p>}
        </div>
        {props.actions && <div className="pro-actions">{props.actions}</div>}
      </header>
      {props.children}
    </main>
  );
}
