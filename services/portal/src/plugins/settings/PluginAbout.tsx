import { MarkdownContent } from '@backstage/core-components';
import { useApi } from '@backstage/frontend-plugin-api';
import { useState } from 'react';
import { pluginHostApiRef } from '../../api/pluginHost';
import type { AboutInstalled, PackageAbout } from '../../api/types';
import { AdvisoryList } from '../../ui/AdvisoryList';
import { Badge } from '../../ui/Badge';
import { Panel } from '../../ui/Panel';
import { useLoad } from '../../ui/useLoad';
import './plugins.css';
import { roleWords } from './roleWords';

/** Where the registry shows a package. */
function registryPage(name: string): string {
  return `https://www.npmjs.com/package/${name}`;
}

/** Licence, role and addresses of a package, in one line. */
export function PackageFacts({ about }: { about: PackageAbout }) {
  const links: [string, string | undefined][] = [
    [
      'npm',
      about.package.includes(':') ? undefined : registryPage(about.package),
    ],
    ['Code', about.repository],
  ];
  return (
    <div className="sources-facts plugins-facts">
      {about.role && <span>{roleWords(about.role)}</span>}
      {about.licence && <span>{about.licence}</span>}
      {links.map(
        ([label, url]) =>
          url && (
            <a
              key={label}
              className="pro-link"
              href={url}
              target="_blank"
              rel="noreferrer"
              aria-label={`${label} of ${about.package}`}
            >
              {label}
            </a>
          ),
      )}
      {about.keywords
        .filter(word => word !== 'backstage')
        .slice(0, 6)
        .map(word => (
          <Badge key={word}>{word}</Badge>
        ))}
    </div>
  );
}

function Readme({ text, of }: { text: string; of: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details
      className="plugins-readme"
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>README of {of}</summary>
      {open && (
        <div role="region" aria-label={`README of ${of}`} tabIndex={0}>
          <MarkdownContent content={text} linkTarget="_blank" />
        </div>
      )}
    </details>
  );
}

function PackageItem({ about, readme, advisories }: AboutInstalled) {
  return (
    <li className="plugins-about">
      <code className="pro-mono pro-any-break">
        {about.package}@{about.version}
      </code>
      {about.description && <p>{about.description}</p>}
      <PackageFacts about={about} />
      {advisories && <AdvisoryList advisories={advisories} />}
      {readme && <Readme text={readme} of={about.package} />}
    </li>
  );
}

/** What the plugin's packages say about themselves. */
export function PluginAbout(props: { pluginId: string; version: string }) {
  const host = useApi(pluginHostApiRef);
  const { load } = useLoad(
    () => host.getAbout(props.pluginId),
    `${props.pluginId} ${props.version}`,
  );
  if (load.state !== 'ready' || load.value.length === 0) return null;
  return (
    <Panel
      title="About"
      introduction="In the words of the people who made it."
      flush
    >
      <ul className="pro-list">
        {load.value.map(item => (
          <PackageItem key={item.about.package} {...item} />
        ))}
      </ul>
    </Panel>
  );
}
