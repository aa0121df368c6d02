/**
 * Databases. A plugin gets one pool on its own schema, as a role that can see nothing else. The schema and the role
 * are made by the supervisor; the worker only connects. Connections are opened on first use and let go when idle, so
 * that a quiet worker holds none.
 */
import type { DatabaseService } from '@backstage/backend-plugin-api';
import { ServiceUnavailableError } from '@backstage/errors';
import type { Knex } from 'knex';
import type { DatabaseGrant } from '../protocol/boot.ts';

/** Connections that one plugin may hold at once. */
const POOL_MAX = 3;
const IDLE_MS = 5_000;

/** The pools of a worker, closed together when it drains. */
export class DatabasePools {
  readonly #pools = new Map<string, Promise<Knex>>();

  /** Backstage's database service for one plugin. */
  forPlugin(
    pluginId: string,
    grant: DatabaseGrant | undefined,
  ): DatabaseService {
    return {
      getClient: () => {
        if (!grant) {
          return Promise.reject(
            new ServiceUnavailableError(
              `plugin ${pluginId} asked for a database but was granted none`,
            ),
          );
        }
        return this.#pool(pluginId, grant);
      },
    };
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    await Promise.allSettled(pools.map(async pool => (await pool).destroy()));
  }

  #pool(pluginId: string, grant: DatabaseGrant): Promise<Knex> {
    let pool = this.#pools.get(pluginId);
    if (!pool) {
      pool = open(pluginId, grant);
      this.#pools.set(pluginId, pool);
    }
    return pool;
  }
}

/** knex and what it brings are loaded for plugins with data alone. */
async function open(pluginId: string, grant: DatabaseGrant): Promise<Knex> {
  const { default: knex } = await import('knex');
  return knex({
    client: 'pg',
    connection: {
      host: grant.host,
      port: grant.port,
      user: grant.user,
      password: grant.password,
      database: grant.database,
      application_name: `plugin ${pluginId}`,
    },
    searchPath: [grant.schema],
    pool: { min: 0, max: POOL_MAX, idleTimeoutMillis: IDLE_MS },
  });
}
