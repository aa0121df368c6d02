import { useApi } from '@backstage/frontend-plugin-api';
import { useMemo } from 'react';
import type { FieldErrors } from '../../../api/fieldPath';
import { secretsApiRef } from '../../../api/secrets';
import type { PluginConfigSchema } from '../../../api/types';
import { useLoad } from '../../../ui/useLoad';
import { useMay } from '../useMe';
import { SchemaFormContext, type FormContext } from './fieldProps';
import { Members } from './SchemaField';
import { whole, type Schema } from './schema';
import './pluginConfig.css';
import type { Config } from './useConfigDraft';

export interface ConfigFormProps {
  pluginId: string;
  described: PluginConfigSchema;
  config: Config;
  errors: FieldErrors;
  onChange: (config: Config) => void;
}

/** The organisation's secrets, for who may see them. */
function useSecrets(pluginId: string): Pick<FormContext, 'secrets' | 'grant'> {
  const api = useApi(secretsApiRef);
  const may = useMay('tenant.secret.read');
  const { load, set } = useLoad(
    async () => (may ? api.list() : undefined),
    String(may),
  );
  const secrets = load.state === 'ready' ? load.value : undefined;
  const grant: FormContext['grant'] = async secret => {
    const granted = await api.grant(secret.id, {
      kind: 'plugin',
      id: pluginId,
    });
    set(secrets?.map(other => (other.id === granted.id ? granted : other)));
  };
  return { secrets, grant };
}

/** The configuration field by field: the plugin's own first, what its libraries take after that. */
export function ConfigForm(props: ConfigFormProps) {
  const { pluginId, described, config, errors } = props;
  const root = described.schema as Schema;
  const schema = useMemo(() => whole(root, root), [root]);
  const { secrets, grant } = useSecrets(pluginId);
  const own = new Set(described.ownKeys);
  const isOwn = (name: string) => own.size === 0 || own.has(name);
  const known = Object.keys(schema.properties ?? {});
  const hasMore = known.some(name => !isOwn(name));
  const fields = {
    label: 'Configuration',
    path: '',
    value: config,
    onChange: (changed: unknown) => props.onChange(changed as Config),
  };
  // What is set beside the schema is named once, under the plugin's own.
  const isShownFirst = (name: string) => isOwn(name) || !known.includes(name);
  return (
    <SchemaFormContext.Provider
      value={{ root, pluginId, errors, secrets, grant }}
    >
      <div className="config-form">
        <Members
          {...fields}
          schema={schema}
          only={isShownFirst}
          opened={described.ownKeys}
        />
        {hasMore && (
          <>
            <h3 className="config-heading">Of its libraries</h3>
            <Members
              {...fields}
              schema={schema}
              only={name => known.includes(name) && !isOwn(name)}
            />
          </>
        )}
      </div>
    </SchemaFormContext.Provider>
  );
}
