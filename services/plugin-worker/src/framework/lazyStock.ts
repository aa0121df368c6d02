/**
 * Stock services whose code is loaded only when a plugin first asks for one. The URL reader alone pulls the AWS,
 * Azure and Google SDKs: 0.7 s and 80 MB that most plugins never need.
 *
 * The framework wants to know a factory's dependencies before it runs, and the stock factory's are known only once
 * it is loaded. So each lazy service declares everything that it might be given; what the stock factory then asks for
 * is picked out by service id, whatever local names this version of the framework uses.
 */
import type { ServiceFactory, ServiceRef } from '@backstage/backend-plugin-api';
import type { FrameworkLayer } from './layers.ts';

type AnyRef = ServiceRef<unknown>;
type Deps = Record<string, unknown>;

/** The parts of a service factory object that the framework itself uses. */
interface StockFactory {
  deps: Record<string, AnyRef>;
  createRootContext?(deps: Deps): unknown;
  factory(deps: Deps, context: unknown): unknown;
}

interface PluginApi {
  createServiceFactory(options: {
    service: AnyRef;
    deps: Record<string, AnyRef>;
    factory(deps: Deps): Promise<unknown>;
  }): ServiceFactory;
}

/** Wraps a stock factory so that `load` runs on first use. `available` lists what it may depend on. */
export function lazyStock(
  framework: FrameworkLayer,
  service: AnyRef,
  available: AnyRef[],
  load: () => unknown,
): ServiceFactory {
  const api = framework.load<PluginApi>('@backstage/backend-plugin-api');
  let stock: StockFactory | undefined;
  let context: { value: unknown } | undefined;

  return api.createServiceFactory({
    service,
    deps: Object.fromEntries(available.map(ref => [ref.id, ref])),
    async factory(given) {
      stock ??= load() as StockFactory;
      const wanted = pick(service, stock, given);
      context ??= { value: await stock.createRootContext?.(wanted) };
      return stock.factory(wanted, context.value);
    },
  });
}

function pick(service: AnyRef, stock: StockFactory, given: Deps): Deps {
  const optional = new Set(['core.urlReader.factories']);
  return Object.fromEntries(
    Object.entries(stock.deps).map(([name, ref]) => {
      if (ref.id in given) return [name, given[ref.id]];
      if (optional.has(ref.id)) return [name, []];
      throw new Error(
        `the stock ${service.id} service wants ${ref.id}, which this worker does not offer it`,
      );
    }),
  );
}
