// Shapes of our own APIs. Written by hand for now; `npm run generate` makes them from openapi/*.json
// (see build/generate-api.mjs), and this file then only re-exports the generated names.

export type Role = 'admin' | 'maintainer' | 'member' | 'viewer';

// tenant-admin

export interface SignUpRequest {
  organization: { name: string; slug: string };
  admin: { name: string; email: string; password: string };
}

export interface SignUpResponse {
  tenant: { id: string; slug: string; name: string };
  /** Hand-off link that opens the new portal signed in. */
  url: string;
}

export interface SlugAvailability {
  slug: string;
  available: boolean;
  reason?: string;
}

export interface Tenant {
  id: string;
  slug: string;
  name: string;
  plan: string;
  createdAt: string;
  branding: { accent?: string };
  onboarding: { dismissed: boolean };
}

export interface TenantChange {
  name?: string;
  branding?: { accent?: string | null };
  onboarding?: { dismissed?: boolean };
}

export interface Member {
  id: string;
  name: string;
  email: string;
  role: Role;
  userEntityRef: string;
  status: 'active' | 'invited';
  createdAt: string;
  lastSignInAt?: string;
}

export interface InvitationLink {
  url: string;
  expiresAt: string;
}

export interface NewMember {
  member: Member;
  invitation: InvitationLink;
}

export interface Invitation {
  name: string;
  email: string;
  organization: string;
}

export interface Me {
  id: string;
  name: string;
  email: string;
  role: Role;
  userEntityRef: string;
  permissions: string[];
}

// auth

export interface RefreshResponse {
  profile: { email?: string; displayName?: string; picture?: string };
  backstageIdentity: {
    token: string;
    expiresInSeconds: number;
    identity: {
      type: 'user';
      userEntityRef: string;
      ownershipEntityRefs: string[];
    };
  };
}

// plugin-host

export type WorkerState =
  'installing' | 'stopped' | 'starting' | 'ready' | 'failed' | 'backing-off';

export interface Worker {
  state: WorkerState;
  message?: string;
  since: string;
  restarts: number;
  isolationLevel: string;
}

export type JsonObject = Record<string, unknown>;

export interface InstalledPlugin {
  pluginId: string;
  package: string;
  version: string;
  title: string;
  description?: string;
  source: 'npm' | 'native';
  hasBackend: boolean;
  hasFrontend: boolean;
  worker?: Worker;
  config: JsonObject;
  installedAt: string;
}

export interface LogLine {
  at: string;
  stream: string;
  text: string;
}

// catalog: our additions beside the Backstage API

export type LocationState = 'pending' | 'reading' | 'done' | 'failed';

export interface LocationProblem {
  message: string;
  entityRef?: string;
  line?: number;
  url?: string;
}

export interface LocationStatus {
  location: { id: string; type: string; target: string };
  state: LocationState;
  lastReadAt?: string;
  nextReadAt?: string;
  problems: LocationProblem[];
}

export interface LocationProgress extends LocationStatus {
  entities: { entityRef: string; kind: string; title?: string }[];
}

export interface LocationSummary extends LocationStatus {
  entityCount: number;
}

export interface List<T> {
  items: T[];
}
