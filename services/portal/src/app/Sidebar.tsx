import {
  identityApiRef,
  useApi,
  type ProfileInfo,
} from '@backstage/frontend-plugin-api';
import type {
  NavContentComponentProps,
  NavContentNavItem,
} from '@backstage/plugin-app-react';
import { Avatar, VisuallyHidden } from '@backstage/ui';
import {
  RiCheckboxCircleLine,
  RiCloseLine,
  RiLogoutBoxRLine,
  RiMenuLine,
  RiSearchLine,
} from '@remixicon/react';
import { useEffect, useState, type ReactNode } from 'react';
import { Link, NavLink, useLocation } from 'react-router-dom';
import { approvalsPath, useWaitingCount } from '../plugins/runs/waiting';
import type { PortalConfig } from '../portalConfig';
import { Mark } from '../ui/Mark';

/** The order of the menu; pages of installed plugins follow the first group. */
const mainPages = [
  'page:home',
  'page:catalog',
  'page:api-docs',
  'page:scaffolder',
];
const lowerPages = ['page:settings'];
/** Reached in other ways: the search link, the person's name. */
const elsewhere = ['page:search', 'page:user-settings', 'page:catalog-graph'];

/** Whether the page of a menu's entry is open; one that has an entry of its own is not part of another. */
function isOpen(href: string, pathname: string): boolean {
  if (href === '/') return pathname === '/';
  if (href !== approvalsPath && isOpen(approvalsPath, pathname)) return false;
  return pathname === href || pathname.startsWith(`${href}/`);
}

function MenuLink(props: {
  href: string;
  icon: ReactNode;
  children: ReactNode;
}) {
  const { pathname } = useLocation();
  const isHere = isOpen(props.href, pathname);
  return (
    <li>
      <Link
        to={props.href}
        aria-current={isHere ? 'page' : undefined}
        className={isHere ? 'shell-item shell-item-active' : 'shell-item'}
      >
        <span className="shell-icon" aria-hidden="true">
          {props.icon}
        </span>
        {props.children}
      </Link>
    </li>
  );
}

function Item({ item }: { item: NavContentNavItem }) {
  return (
    <MenuLink href={item.href} icon={item.icon}>
      {item.title}
    </MenuLink>
  );
}

/** For those who decide: how many runs wait for them. */
function Approvals() {
  const count = useWaitingCount();
  if (count === undefined) return null;
  return (
    <MenuLink href={approvalsPath} icon={<RiCheckboxCircleLine />}>
      <span className="pro-grow">Approvals</span>
      {count && (
        <span className="shell-count">
          {count}
          <VisuallyHidden> waiting</VisuallyHidden>
        </span>
      )}
    </MenuLink>
  );
}

function Person() {
  const identity = useApi(identityApiRef);
  const [profile, setProfile] = useState<ProfileInfo>();
  useEffect(() => {
    let current = true;
    identity.getProfileInfo().then(
      found => current && setProfile(found),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [identity]);
  const name = profile?.displayName ?? profile?.email ?? 'You';
  return (
    <div className="shell-person">
      <NavLink to="/profile" className="shell-item" title="Your profile">
        <Avatar
          src={profile?.picture ?? ''}
          name={name}
          size="small"
          purpose="decoration"
        />
        <span className="shell-name">{name}</span>
      </NavLink>
      <button
        type="button"
        className="shell-button"
        title="Sign out"
        aria-label="Sign out"
        onClick={() => void identity.signOut()}
      >
        <RiLogoutBoxRLine size={18} />
      </button>
    </div>
  );
}

/** Makes the menu of the given organisation's portal. */
export function makeSidebar(portal: PortalConfig) {
  return function Sidebar({ navItems }: NavContentComponentProps) {
    const [open, setOpen] = useState(false);
    const { pathname } = useLocation();
    useEffect(() => setOpen(false), [pathname]);

    const bag = navItems.clone();
    const take = (ids: string[]) =>
      ids.flatMap(id => {
        const item = bag.take(id);
        return item ? [<Item key={id} item={item} />] : [];
      });
    const main = take(mainPages);
    const lower = take(lowerPages);
    elsewhere.forEach(id => bag.take(id));
    const plugins = bag.rest();

    const brand = (
      <NavLink to="/" className="shell-brand">
        {portal.branding.logoUrl ? (
          <img className="shell-logo" src={portal.branding.logoUrl} alt="" />
        ) : (
          <Mark size={28} />
        )}
        <span className="shell-brand-text">
          <strong>{portal.organizationName}</strong>
          <span>Proscenium</span>
        </span>
      </NavLink>
    );
    return (
      <>
        <header className="shell-topbar">
          <button
            type="button"
            className="shell-button"
            aria-label="Open menu"
            aria-expanded={open}
            onClick={() => setOpen(true)}
          >
            <RiMenuLine size={20} />
          </button>
          {brand}
        </header>
        {open && <div className="shell-shade" onClick={() => setOpen(false)} />}
        <nav
          className="shell-nav"
          data-open={open ? '' : undefined}
          aria-label="Main menu"
          onKeyDown={event => event.key === 'Escape' && setOpen(false)}
        >
          <div className="shell-head">
            {brand}
            <button
              type="button"
              className="shell-button shell-close"
              aria-label="Close menu"
              onClick={() => setOpen(false)}
            >
              <RiCloseLine size={20} />
            </button>
          </div>
          <NavLink to="/search" className="shell-search">
            <RiSearchLine size={16} aria-hidden="true" />
            Search
          </NavLink>
          <ul>
            {main}
            <Approvals />
          </ul>
          {plugins.length > 0 && (
            <ul className="shell-plugins" aria-label="Plugins">
              {plugins.map(item => (
                <Item key={item.node.spec.id} item={item} />
              ))}
            </ul>
          )}
          <ul className="shell-lower">{lower}</ul>
          <Person />
        </nav>
      </>
    );
  };
}
