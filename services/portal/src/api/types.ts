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
export type Invitation = TenantAdmin['schemas']['LinkOwner'];
export type ConfirmationMailed = TenantAdmin['schemas']['ConfirmationMailed'];
export type PortalList = TenantAdmin['schemas']['PortalList'];
export type PortalDoor = TenantAdmin['schemas']['PortalDoor'];
export type Branding = TenantAdmin['schemas']['Branding'];
export type Domain = TenantAdmin['schemas']['Domain'];
export type DomainList = TenantAdmin['schemas']['DomainList'];
export type Deleted = TenantAdmin['schemas']['Deleted'];
export type Usage = TenantAdmin['schemas']['Usage'];
export type UsageReport = TenantAdmin['schemas']['UsageReport'];
export type Me = TenantAdmin['schemas']['Me'];
export type Secret = TenantAdmin['schemas']['Secret'];
export type SecretList = TenantAdmin['schemas']['SecretList'];
export type SecretGrant = TenantAdmin['schemas']['SecretGrant'];
export type GranteeName = TenantAdmin['schemas']['GranteeName'];
export type Token = TenantAdmin['schemas']['Token'];
export type TokenList = TenantAdmin['schemas']['TokenList'];
export type MadeToken = TenantAdmin['schemas']['MadeToken'];
export type MemberToken = TenantAdmin['schemas']['MemberToken'];
export type MemberTokenList = TenantAdmin['schemas']['MemberTokenList'];
export type ServiceToken = TenantAdmin['schemas']['ServiceToken'];
export type ServiceTokenList = TenantAdmin['schemas']['ServiceTokenList'];
export type MadeServiceToken = TenantAdmin['schemas']['MadeServiceToken'];
export type TokenPolicy = TenantAdmin['schemas']['TokenPolicy'];
export type AuditEntry = TenantAdmin['schemas']['AuditEntry'];
export type AuditList = TenantAdmin['schemas']['AuditList'];
export type AuditSettings = TenantAdmin['schemas']['AuditSettings'];
export type AuditVerification = TenantAdmin['schemas']['Verification'];
export type AuditStream = TenantAdmin['schemas']['Stream'];
export type AuditStreamKind = TenantAdmin['schemas']['StreamKind'];
export type AuditStreamList = TenantAdmin['schemas']['StreamList'];
export type AuditStreamChange = Partial<TenantAdmin['schemas']['StreamChange']>;
export type NewAuditStream = TenantAdmin['schemas']['NewStream'];
export type Provisioning = TenantAdmin['schemas']['Provisioning'];
export type ProvisionedGroup = TenantAdmin['schemas']['ScimGroup'];
export type ScimToken = TenantAdmin['schemas']['ScimToken'];
export type MadeScimToken = TenantAdmin['schemas']['MadeScimToken'];
/** A stream that was set up, with a webhook's signing key. */
export type MadeAuditStream = TenantAdmin['schemas']['MadeStream'];

export type IdentityProvider = TenantAdmin['schemas']['Provider'];
export type IdentityProviderList = TenantAdmin['schemas']['ProviderList'];
export type IdentityProviderForm = TenantAdmin['schemas']['ProviderForm'];
export type IdentityProviderKind = TenantAdmin['schemas']['ProviderKind'];
export type ProviderSettings = TenantAdmin['schemas']['ProviderSettings'];
export type RoleRule = TenantAdmin['schemas']['RoleRule'];
export type GroupRule = TenantAdmin['schemas']['GroupRule'];
export type FoundProvider = TenantAdmin['schemas']['FoundProvider'];
export type MappingPreview = TenantAdmin['schemas']['MappingPreview'];
export type StartedTest = TenantAdmin['schemas']['StartedTest'];
export type TestOutcome = TenantAdmin['schemas']['TestOutcome'];
export type SignInRule = TenantAdmin['schemas']['SignInRule'];
export type PasswordReset = TenantAdmin['schemas']['LinkOwner'];
export type PasswordResetLink = TenantAdmin['schemas']['PasswordResetLink'];

// gateway

export type RefreshResponse = Gateway['schemas']['RefreshAnswer'];
export type SignInOptions = Gateway['schemas']['SignInOptions'];
export type BrowserSession = Gateway['schemas']['BrowserSession'];
export type SessionList = Gateway['schemas']['SessionList'];
export type EndedSessions = Gateway['schemas']['EndedSessions'];

// plugin-host

export type WorkerState = Plugins['schemas']['WorkerState'];
export type Worker = Plugins['schemas']['Worker'];
export type InstalledPlugin = Plugins['schemas']['Installed'];
export type InstalledList = Plugins['schemas']['InstalledList'];
export type JsonObject = InstalledPlugin['config'];
export type Egress = Plugins['schemas']['Egress'];
export type Isolation = Plugins['schemas']['Isolation'];
export type LogLine = Plugins['schemas']['LogLine'];
export type OfferedPreview = Plugins['schemas']['OfferedPreview'];
export type PreviewList = Plugins['schemas']['PreviewList'];
/** Bundles from before advisories were asked for have none. */
export type UploadChecks = Omit<Plugins['schemas']['Checks'], 'advisories'> & {
  advisories?: Advisories;
};
export type UploadedVersion = Plugins['schemas']['UploadedVersion'];
export type UploadList = Plugins['schemas']['UploadList'];
export type UploadState = Plugins['schemas']['UploadState'];
export type Logs = Plugins['schemas']['Logs'];
export type PluginConfigSchema = Plugins['schemas']['PluginConfigSchema'];
export type PluginAbout = Plugins['schemas']['PluginAbout'];
export type PackageAbout = Plugins['schemas']['PackageAbout'];
export type AboutInstalled = Plugins['schemas']['AboutInstalled'];
export type AvailablePackage = Plugins['schemas']['AvailablePackage'];
export type AvailableList = Plugins['schemas']['AvailableList'];
export type PluginActivity = Plugins['schemas']['PluginActivity'];

// the operator's view of the whole installation

export type OperatorIdentity = Gateway['schemas']['OperatorIdentity'];
export type OperatorPlugin = Plugins['schemas']['OperatorPlugin'];
export type OperatorPluginList = Plugins['schemas']['OperatorPluginList'];
export type OperatorOrganization = Plugins['schemas']['OperatorOrganization'];
export type OperatorChange = Plugins['schemas']['OperatorChange'];
export type OperatorRollout = Plugins['schemas']['OperatorRollout'];
export type Advisories = Plugins['schemas']['Advisories'];
export type Rendering = Plugins['schemas']['Rendering'];
export type RenderedPage = Plugins['schemas']['RenderedPage'];
export type RolloutRing = Plugins['schemas']['RolloutRing'];
export type RolloutStep = Plugins['schemas']['RolloutStep'];
export type RolloutPhase = Plugins['schemas']['RolloutPhase'];
export type RolloutOrganization = Plugins['schemas']['RolloutOrganization'];
export type NewOperatorRollout = Plugins['schemas']['NewOperatorRollout'];
export type BegunRollout = Plugins['schemas']['BegunRollout'];
export type OperatorWorker = Plugins['schemas']['OperatorWorker'];
export type OperatorWorkerList = Plugins['schemas']['OperatorWorkerList'];
export type OperatorDeed = Plugins['schemas']['OperatorDeed'];

// catalog: our additions beside the Backstage API

export type LocationProblem = Catalog['schemas']['Trouble'];
export type LocationState = Catalog['schemas']['ProgressState'];
export type LocationProgress = Catalog['schemas']['Progress'];
export type LocationSummary = Catalog['schemas']['ProgressSummary'];
export type LocationList = Catalog['schemas']['ProgressList'];
export type RegisteredLocation = Catalog['schemas']['Registered'];
