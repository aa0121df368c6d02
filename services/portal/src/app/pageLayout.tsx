import {
  BreadcrumbEntry,
  useBreadcrumbEntries,
  type PageLayoutProps,
} from '@backstage/frontend-plugin-api';
import { PluginHeader } from '@backstage/ui';
import { useMemo } from 'react';
import { useResolvedPath } from 'react-router-dom';
import { usePageTitle } from './pageTitle';

/** The frame of stock pages: a quiet header line, tabs where the page has parts, and the browser's title. */
export function makePageLayout(portalTitle: string) {
  return function PortalPageLayout(props: PageLayoutProps) {
    const { title, icon, noHeader, titleLink, headerActions, children } = props;
    const here = useResolvedPath('.').pathname.replace(/\/$/, '');
    const { items: breadcrumbs } = useBreadcrumbEntries();
    usePageTitle(title, portalTitle);

    const tabs = useMemo(
      () =>
        props.tabs?.map(tab => ({
          ...tab,
          href: tab.href.startsWith('/') ? tab.href : `${here}/${tab.href}`,
          matchStrategy: 'prefix' as const,
        })),
      [props.tabs, here],
    );
    if (noHeader) return <>{children}</>;
    const content = (
      <>
        <PluginHeader
          title={title}
          icon={icon}
          titleLink={titleLink}
          breadcrumbs={breadcrumbs}
          tabs={tabs}
          customActions={headerActions}
        />
        {children}
      </>
    );
    if (!title) return content;
    return (
      <BreadcrumbEntry
        entry={{ label: title, href: titleLink ?? (here || '/') }}
      >
        {content}
      </BreadcrumbEntry>
    );
  };
}
