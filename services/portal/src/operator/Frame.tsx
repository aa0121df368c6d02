import { Button } from '@backstage/ui';
import { useState, type ReactNode } from 'react';
import { Link, NavLink } from 'react-router-dom';
import { asFailure } from '../api/failure';
import type { OperatorIdentity } from '../api/types';
import { Mark } from '../ui/Mark';
import { Problem } from '../ui/Problem';
import { RelativeTime } from '../ui/RelativeTime';
import { useOperator } from './context';

const pages: [string, string][] = [
  ['/', 'Plugins'],
  ['/rollouts', 'Rollouts'],
  ['/machine', 'Workers and isolation'],
  ['/log', 'Log'],
];

export interface FrameProps {
  identity: OperatorIdentity;
  onSignedOut: () => void;
  children: ReactNode;
}

/** Mark, who is signed in, and the way between the pages. */
export function Frame({ identity, onSignedOut, children }: FrameProps) {
  const operator = useOperator();
  const [problem, setProblem] = useState<string>();
  const signOut = () => {
    operator
      .signOut()
      .then(onSignedOut, (thrown: unknown) =>
        setProblem(asFailure(thrown).message),
      );
  };
  return (
    <div className="operator">
      <header className="operator-bar">
        <Link className="operator-brand" to="/">
          <Mark size={28} />
          <span>Proscenium</span>
          <span className="operator-role">Operator</span>
        </Link>
        <div className="operator-who">
          <span className="pro-quiet">
            {identity.name}, until <RelativeTime at={identity.expiresAt} />
          </span>
          <Button variant="secondary" size="small" onPress={signOut}>
            Sign out
          </Button>
        </div>
      </header>
      <nav className="operator-nav" aria-label="Pages">
        {pages.map(([to, title]) => (
          <NavLink key={to} to={to} end={to === '/'}>
            {title}
          </NavLink>
        ))}
      </nav>
      {problem && <Problem>{problem}</Problem>}
      <main className="pro-page operator-page">{children}</main>
    </div>
  );
}

export interface HeadingProps {
  title: ReactNode;
  introduction?: ReactNode;
  actions?: ReactNode;
}

/** Title of a page, a sentence, its actions. */
export function Heading({ title, introduction, actions }: HeadingProps) {
  return (
    <header className="pro-page-header">
      <div>
        <h1>{title}</h1>
        {introduction && <p>{introduction}</p>}
      </div>
      {actions && <div className="pro-actions">{actions}</div>}
    </header>
  );
}

/** A table that scrolls by itself in a narrow window. */
export function Scroll(props: { label: string; children: ReactNode }) {
  return (
    // A keyboard must be able to scroll it too.
    <div
      className="pro-table-scroll operator-scroll"
      role="region"
      aria-label={props.label}
      tabIndex={0}
    >
      {props.children}
    </div>
  );
}
