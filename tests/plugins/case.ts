/** What is tried with a plugin, as data: the shapes of `backends.ts` and `frontends.ts`. */

/** Part of Backstage's configuration tree. */
export type Config = Record<string, unknown>;

/** A request to a plugin's own API, through the gateway and as a signed-in person, and what a right answer is. */
export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/<plugin id>`, or from `/` on when it begins with `/api/`; `PLUGIN` in it is the plugin's id. */
  readonly path: string;
  readonly body?: unknown;
  /** Of a body that is no JSON. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** 200 unless it says otherwise. */
  readonly status?: number;
  /** What the answer's text must hold. */
  readonly says: RegExp;
}

/** What cannot work yet, and whose it is. A case that works although it is listed so fails the run: the entry is stale. */
export interface Known {
  /** In the table's words. */
  readonly why: string;
  /** What the refusal says. */
  readonly says: RegExp;
}

/** A published back end, or a module of one. */
export interface Backend {
  readonly package: string;
  readonly version: string;
  /** Whether it is in the subset that every run of CI tries. */
  readonly core?: true;
  readonly config?: (around: Around) => Config;
  /** Asked before, so that there is something to answer; must succeed. */
  readonly first?: readonly Call[];
  readonly call: Call;
  readonly fails?: Known;
}

/** A published front end. */
export interface Frontend {
  readonly package: string;
  readonly version: string;
  readonly core?: true;
  /** Made for the front-end system from before, by the recipe of the plugin worker. */
  readonly recipe?: true;
  /** Packages that it builds on, with their versions. */
  readonly beside?: readonly string[];
  /** Page of the portal where it shows. */
  readonly page: string;
  /** A text that only this plugin puts there. */
  readonly sees: string | RegExp;
  /** Complaints of the browser that are the plugin's right, for example a call of a back end that is not installed. */
  readonly excuse?: RegExp;
  readonly fails?: Known;
}

/** Where things are in this run. */
export interface Around {
  /** `http://localhost:PORT`: the stand-ins for the services that plugins talk to. */
  readonly upstream: string;
  readonly upstreamHost: string;
  readonly portal: string;
}
