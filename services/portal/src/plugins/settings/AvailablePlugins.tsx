import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';
import { asFailure } from '../../api/failure';
import { pluginHostApiRef } from '../../api/pluginHost';
import type { AvailablePackage } from '../../api/types';
import { Panel } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import { TextInput } from '../../ui/TextInput';
import { EmptyState, Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { found } from './foundPackages';
import { PackageFacts } from './PluginAbout';

const askingPollMs = 2_000;
const manyPackages = 5;

function PackageItem(props: {
  item: AvailablePackage;
  mayInstall: boolean;
  onInstalled: () => void;
}) {
  const host = useApi(pluginHostApiRef);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const { item } = props;
  const install = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await host.install(item.package);
      props.onInstalled();
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <li className="plugins-item">
      <div className="pro-grow">
        <span className="pro-link-strong">{item.title}</span>
        {item.about?.description && <div>{item.about.description}</div>}
        <div className="pro-quiet pro-any-break">
          <code>
            {item.package}
            {item.about && item.source === 'npm' && `@${item.about.version}`}
          </code>
        </div>
        {item.about && <PackageFacts about={item.about} />}
        {item.asking && <div className="pro-quiet">Asking the registry …</div>}
        {item.message && (
          <div className="pro-quiet">
            Nothing is known of it: {item.message}
          </div>
        )}
        {problem && (
          <p className="pro-field-error" role="alert">
            {problem}
          </p>
        )}
      </div>
      {item.installed ? (
        <Status tone="good">Installed</Status>
      ) : (
        props.mayInstall && (
          <Button
            variant="secondary"
            size="small"
            isPending={busy}
            aria-label={`Install ${item.package}`}
            onPress={() => void install()}
          >
            Install
          </Button>
        )
      )}
    </li>
  );
}

/** What the operator lets organisations install. */
export function AvailablePlugins(props: {
  /** Changes when something was installed or removed. */
  version: string;
  mayInstall: boolean;
  onInstalled: () => void;
}) {
  const host = useApi(pluginHostApiRef);
  const [text, setText] = useState('');
  const { load, reload } = useLoad(
    () => host.listAvailable(),
    '',
    items => (items.some(item => item.asking) ? askingPollMs : undefined),
  );
  const [seen, setSeen] = useState(props.version);
  if (seen !== props.version) {
    setSeen(props.version);
    reload();
  }
  return (
    <Panel
      title="Find plugins"
      introduction="What the people who run this installation let you install."
      flush
    >
      <Loaded load={load} onRetry={reload}>
        {items => {
          const shown = found(items, text);
          return (
            <>
              {items.length >= manyPackages && (
                <div className="plugins-search">
                  <TextInput
                    aria-label="Find plugins"
                    placeholder="Name, word or licence"
                    value={text}
                    onChange={setText}
                  />
                </div>
              )}
              {shown.length === 0 ? (
                <EmptyState
                  title={items.length === 0 ? 'No plugins' : 'Nothing found'}
                >
                  {items.length === 0
                    ? 'The operator has listed none (plugins.allow).'
                    : 'Try another word.'}
                </EmptyState>
              ) : (
                <ul className="pro-list">
                  {shown.map(item => (
                    <PackageItem
                      key={item.package}
                      item={item}
                      mayInstall={props.mayInstall}
                      onInstalled={() => {
                        props.onInstalled();
                        reload();
                      }}
                    />
                  ))}
                </ul>
              )}
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}
