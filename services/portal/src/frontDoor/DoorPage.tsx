import type { ReactNode } from 'react';
import { Mark } from '../ui/Mark';
import './frontDoor.css';

/** The frame of every page that is seen before the portal: mark above, one narrow column, nothing else. */
export function DoorPage({ children }: { children: ReactNode }) {
  return (
    <div className="door">
      <header className="door-brand">
        <Mark size={32} />
        <span>Proscenium</span>
      </header>
      <main className="door-main">{children}</main>
    </div>
  );
}
