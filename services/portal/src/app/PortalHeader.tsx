import { NavLink } from 'react-router-dom';
import type { ReactNode } from 'react';
import './portalHeader.css';

export interface PortalHeaderProps {
  title: string;
  tabs?: { id: string; label: string; href: string }[];
  actions?: ReactNode;
}

/** The head of stock pages: their name, their parts, nothing that shouts. */
export function PortalHeader({ title, tabs, actions }: PortalHeaderProps) {
  return (
    <header className="portal-header" data-tabs={tabs?.length ? '' : undefined}>
      <div className="portal-header-line">
        <h1>{title}</h1>
        {actions}
      </div>
      {tabs && tabs.length > 1 && (
        <nav aria-label={title}>
          {tabs.map(tab => (
            <NavLink key={tab.id} to={tab.href}>
              {tab.label}
            </NavLink>
          ))}
        </nav>
      )}
    </header>
  );
}
