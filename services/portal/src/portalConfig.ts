/** One front-end plugin that is installed for this organisation, as the gateway announces it. */
export interface RemotePlugin {
  pluginId: string;
  /** Name of the module-federation container. */
  name: string;
  remote?: string;
  /** Path of `mf-manifest.json` on this origin. */
  entry: string;
  modules: { expose: string }[];
}

/** An uploaded version that this person looks at before it is published. */
export interface PortalPreview {
  uploadId: string;
  pluginId: string;
  package: string;
  version: string;
}

/** The look that the organisation chose. */
export interface Branding {
  accent?: string;
  /** For the dark mode; without it the accent is made lighter there. */
  accentDark?: string;
  logoUrl?: string;
  faviconUrl?: string;
}

/** What the gateway writes into `index.html` for this host. */
export interface PortalConfig {
  surface: 'apex' | 'tenant';
  /** `example.org` or `localhost:7007`: organisations live one label below. */
  domain: string;
  apexUrl: string;
  demo: boolean;
  /** Whether this installation sends mail. */
  mail: boolean;
  /** Whether the request for this page carried a living session. Absent: unknown. */
  session?: boolean;
  demoSampleUrl?: string;
  /** Whether the page is rendered by the platform before an upgrade, and seen by nobody. */
  rendering?: boolean;
  tenant?: { id: string; slug: string; name: string };
  branding: Branding;
  plugins: RemotePlugin[];
  /** The previews that this person has turned on. */
  previews: PortalPreview[];
  organizationName: string;
  title: string;
}

interface InjectedData {
  app?: { title?: string };
  organization?: { name?: string };
  proscenium?: Partial<
    Omit<PortalConfig, 'organizationName' | 'title' | 'branding'>
  > & { branding?: Branding };
}

interface InjectedConfig {
  context: string;
  data: InjectedData;
}

/** The configurations that the gateway wrote into `page`. */
export function injectedConfigs(page: Document): InjectedConfig[] {
  const scripts = page.querySelectorAll('script[type="backstage.io/config"]');
  return [...scripts].flatMap(
    script => JSON.parse(script.textContent ?? '[]') as InjectedConfig[],
  );
}

/** Reads what the gateway injected into `page`; undefined when it injected nothing. */
export function readPortalConfig(page: Document): PortalConfig | undefined {
  // Other parts are what plugins' configuration says to their front ends.
  const own = injectedConfigs(page).find(
    ({ context }) => context === 'proscenium',
  );
  const data: InjectedData = own?.data ?? {};
  const portal = data.proscenium;
  if (!portal?.surface) return undefined;
  const name = data.organization?.name ?? portal.tenant?.name ?? 'Proscenium';
  return {
    surface: portal.surface,
    domain: portal.domain ?? page.location.host,
    apexUrl: portal.apexUrl ?? page.location.origin,
    demo: portal.demo ?? false,
    mail: portal.mail ?? false,
    session: portal.session,
    demoSampleUrl: portal.demoSampleUrl,
    rendering: portal.rendering,
    tenant: portal.tenant,
    branding: portal.branding ?? {},
    plugins: portal.plugins ?? [],
    previews: portal.previews ?? [],
    organizationName: name,
    title: data.app?.title ?? name,
  };
}
