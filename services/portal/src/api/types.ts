// Names that the portal uses for the schemas of our APIs. The shapes come from openapi/ (`npm run generate`).
import type { components as Catalog } from './generated/catalog';
import type { components as Gateway } from './generated/gateway';
import type { components as Plugins } from './generated/plugins';
import type { components as TenantAdmin } from './generated/tenant-admin';

// tenant-admin

export type Role = TenantAdmin['schemas']['RoleName'];
export type SignUpRequest = TenantAdmin['schemas']['SignUp'];
export type SignUpResponse = TenantAdmin['schemas']['SignedUp'];
export type SlugAvailability = TenantAdmin['schemas']['SlugAvailability'];
export type Tenant = TenantAdmin['schemas']['Tenant'];
export type TenantChange = TenantAdmin['schemas']['TenantChange'];
export type Member = TenantAdmin['schemas']['Member'];
export type MemberList = TenantAdmin['schemas']['MemberList'];
export type InvitationLink = TenantAdmin['schemas']['InvitationLink'];
/** The answer to adding a member: they and their invitation. */
export type NewMember = TenantAdmin['schemas']['AddedMember'];
export type Invitation = TenantAdmin['schemas']['Invitation'];
export type ConfirmationMailed = TenantAdmin['schemas']['ConfirmationMailed'];
export type PasswordReset = TenantAdmin['schemas']['Reset'];
export type ResetLink = TenantAdmin['schemas']['ResetLink'];
export type PortalList = TenantAdmin['schemas']['PortalList'];
export type PortalDoor = TenantAdmin['schemas']['PortalDoor'];
export type Branding = TenantAdmin['schemas']['Branding'];
export type Domain = TenantAdmin['schemas']['Domain'];
export type DomainList = TenantAdmin['schemas']['DomainList'];
export type Deleted = TenantAdmin['schemas']['Deleted'];
export type Usage = TenantAdmin['schemas']['Usage'];
export type UsageReport = TenantAdmin['schemas']['UsageReport'];
export type Me = TenantAdmin['schemas']['Me'];

// gateway

export type RefreshResponse = Gateway['schemas']['RefreshAnswer'];

// plugin-host

export type WorkerState = Plugins['schemas']['WorkerState'];
export type Worker = Plugins['schemas']['Worker'];
export type InstalledPlugin = Plugins['schemas']['Installed'];
export type InstalledList = Plugins['schemas']['InstalledList'];
export type JsonObject = InstalledPlugin['config'];
export type LogLine = Plugins['schemas']['LogLine'];
export type Logs = Plugins['schemas']['Logs'];

// catalog: our additions beside the Backstage API

export type LocationProblem = Catalog['schemas']['Trouble'];
export type LocationState = Catalog['schemas']['ProgressState'];
export type LocationProgress = Catalog['schemas']['Progress'];
export type LocationSummary = Catalog['schemas']['ProgressSummary'];
export type LocationList = Catalog['schemas']['ProgressList'];
export type RegisteredLocation = Catalog['schemas']['Registered'];
