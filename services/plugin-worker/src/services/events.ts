/**
 * Events. What a plugin publishes reaches the subscribers in the same worker at once, and the platform, which takes it
 * to the organisation's other workers; events from there arrive by `POST /_worker/v1/events`. A subscriber that fails
 * does not keep the others from their event.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { EventParams, EventsService } from '@backstage/plugin-events-node';
import type { PlatformApi } from '../platformApi.ts';

interface Subscription {
  plugin: string;
  id: string;
  topics: string[];
  onEvent: (event: EventParams) => Promise<void>;
}

/** The subscriptions of all plugins of a worker. */
export class EventHub {
  readonly #subscriptions: Subscription[] = [];
  readonly #logger: LoggerService;
  readonly #platform: PlatformApi | undefined;

  constructor(logger: LoggerService, platform?: PlatformApi) {
    this.#logger = logger;
    this.#platform = platform;
  }

  list(): { plugin: string; id: string; topics: string[] }[] {
    return this.#subscriptions.map(({ plugin, id, topics }) => ({
      plugin,
      id,
      topics,
    }));
  }

  /** Hands an event to everyone who asked for its topic and says how many took it. */
  async deliver(
    event: EventParams,
  ): Promise<{ delivered: number; failed: number }> {
    const wanted = this.#subscriptions.filter(s =>
      s.topics.includes(event.topic),
    );
    const results = await Promise.allSettled(wanted.map(s => s.onEvent(event)));
    const failures = results.filter(r => r.status === 'rejected');
    for (const failure of failures) {
      this.#logger.error(
        `a subscriber of ${event.topic} failed: ${String(failure.reason)}`,
      );
    }
    return {
      delivered: results.length - failures.length,
      failed: failures.length,
    };
  }

  /** Backstage's events service for one plugin. */
  forPlugin(plugin: string): EventsService {
    return {
      publish: async event => {
        await this.deliver(event);
        await this.#platform?.post('/events', {
          topic: event.topic,
          eventPayload: event.eventPayload ?? null,
          ...(event.metadata && { metadata: event.metadata }),
        });
      },
      subscribe: ({ id, topics, onEvent }) => {
        this.#subscriptions.push({ plugin, id, topics, onEvent });
        return Promise.resolve();
      },
    };
  }
}
