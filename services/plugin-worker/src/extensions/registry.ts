/**
 * What modules add to plugins that the platform itself implements: actions, filters, providers, processors and so on.
 * Modules write here through the extension points of `hosts.ts`; the control API describes it and runs it.
 */
import type { JsonObject, JsonValue } from '../protocol/boot.ts';

/** A scaffolder action as `createTemplateAction` makes it. */
export interface TemplateAction {
  id: string;
  description?: string;
  examples?: JsonValue;
  schema?: { input?: JsonValue; output?: JsonValue };
  supportsDryRun?: boolean;
  handler(context: object): Promise<void>;
}

/** A function that templates can call. */
export type TemplateFunction = (...args: JsonValue[]) => unknown;

/** A filter or a global of templates. */
export interface TemplateExtension {
  id: string;
  description?: string;
  run?: TemplateFunction;
  value?: JsonValue;
}

/** Completes what somebody types into a form. */
export type AutocompleteHandler = (request: {
  resource: string;
  token: string;
  context: JsonObject;
}) => Promise<{ results: JsonValue[] }>;

/** A change of what a provider provides. */
export type Mutation =
  | { type: 'full'; entities: object[] }
  | { type: 'delta'; added: object[]; removed: object[] };

/** What an entity provider talks to. */
export interface ProviderConnection {
  applyMutation(mutation: Mutation): Promise<void>;
  refresh(options: { keys: string[] }): Promise<void>;
}

/** A catalog entity provider. */
export interface EntityProvider {
  getProviderName(): string;
  connect(connection: ProviderConnection): Promise<void>;
}

/** The hooks that a catalog processor may have, in the order in which the catalog calls them. */
export const HOOKS = [
  'preProcessEntity',
  'validateEntityKind',
  'postProcessEntity',
] as const;

/** One of them. */
export type Hook = (typeof HOOKS)[number];

/** A catalog processor; every hook is optional. */
export interface CatalogProcessor {
  getProcessorName(): string;
  getPriority?(): number;
  preProcessEntity?(...args: unknown[]): Promise<object>;
  validateEntityKind?(entity: object): Promise<boolean>;
  postProcessEntity?(...args: unknown[]): Promise<object>;
  readLocation?(...args: unknown[]): Promise<boolean>;
}

/** Reads documents for search. */
export interface Collator {
  type: string;
  schedule: { run(task: object): Promise<void> };
  factory: {
    type: string;
    getCollator(): Promise<AsyncIterable<object>>;
  };
}

/** Changes documents on their way into search. */
export interface Decorator {
  types?: string[];
  getDecorator(): Promise<NodeJS.ReadWriteStream>;
}

/** Everything that modules registered. */
export class ExtensionRegistry {
  readonly actions = new Map<string, TemplateAction>();
  readonly filters = new Map<string, TemplateExtension>();
  readonly globals = new Map<string, TemplateExtension>();
  readonly autocomplete = new Map<string, AutocompleteHandler>();
  readonly providers = new Map<string, EntityProvider>();
  readonly processors = new Map<string, CatalogProcessor>();
  readonly collators: Collator[] = [];
  readonly decorators: Decorator[] = [];
  /** Calls of extension points that have no effect here: `scaffolder.taskBroker.registerTaskBroker`. */
  readonly ignored = new Set<string>();
  /** Ids of the plugins that the worker stands in for. */
  readonly hosts: string[] = [];

  /** Adds under a name that is still free. */
  add<T>(to: Map<string, T>, what: string, name: string, value: T): void {
    if (to.has(name)) throw new Error(`${what} ${name} is registered twice`);
    to.set(name, value);
  }

  /** As `GET /_worker/v1/describe` shows it. */
  describe(): JsonObject {
    const described = {
      hosts: this.hosts,
      actions: [...this.actions.values()].map(action => ({
        id: action.id,
        description: action.description ?? '',
        examples: action.examples ?? [],
        schema: action.schema ?? {},
        supportsDryRun: action.supportsDryRun ?? false,
      })),
      filters: [...this.filters.values()].map(({ id, description }) => ({
        id,
        description,
      })),
      globals: [...this.globals.values()].map(({ id, description, value }) => ({
        id,
        description,
        value,
      })),
      autocomplete: [...this.autocomplete.keys()],
      providers: [...this.providers.keys()],
      processors: [...this.processors].map(([name, processor]) => ({
        name,
        priority: processor.getPriority?.() ?? 20,
        hooks: HOOKS.filter(hook => processor[hook] !== undefined),
      })),
      collators: this.collators.map(({ type }) => type),
      ignored: [...this.ignored],
    };
    // Schemas and examples are the packages' own objects; what of them is not JSON is left out.
    return JSON.parse(JSON.stringify(described)) as JsonObject;
  }
}
