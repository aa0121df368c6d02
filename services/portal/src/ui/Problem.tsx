import type { ReactNode } from 'react';
import './ui.css';

/** Something that went wrong and stands beside what can still be used. */
export function Problem({ children }: { children: ReactNode }) {
  return (
    <div className="pro-problem" role="alert">
      {children}
    </div>
  );
}
