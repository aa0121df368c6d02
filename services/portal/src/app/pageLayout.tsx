import {
  BreadcrumbEntry,
  type PageLayoutProps,
} from '@backstage/frontend-plugin-api';
import { useMemo } from 'react';
import { useResolvedPath } from 'react-router-dom';
import { usePageTitle } from './pageTitle';
import { PortalHeader } from './PortalHeader';

/** The frame of stock pages; ours (`noHeader`) bring their own. */
export function makePageLayout(portalTitle: string) {
  return function PortalPageLayout(props: PageLayoutProps) {
    const { title, noHeader, titleLink, headerActions, children } = props;
    const here = useResolvedPath('.').pathname.replace(/\/$/, '');
    usePageTitle(noHeader ? undefined : title, portalTitle);
    const tabs = useMemo(
      () =>
        props.tabs?.map(({ id, label, href }) => ({
          id,
          label,
          href: href.startsWith('/') ? href : `${here}/${href}`,
        })),
      [props.tabs, here],
    );
    if (noHeader || !title) return <>{children}</>;
    return (
      <BreadcrumbEntry
        entry={{ label: title, href: titleLink ?? (here || '/') }}
      >
        <PortalHeader title={title} tabs={tabs} actions={headerActions} />
        {children}
      </BreadcrumbEntry>
    );
  };
}
