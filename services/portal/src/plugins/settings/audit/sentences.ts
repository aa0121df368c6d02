import type { AuditEntry } from '../../../api/types';

/** What each action says between who and to what. A target that says nothing new is left out. */
const verbs: Readonly<Record<string, string | { alone: string }>> = {
  'tenant.create': 'made the organisation',
  'tenant.update': { alone: 'changed the general settings' },
  'tenant.set-picture': 'changed the picture of the organisation:',
  'tenant.set-plan': 'changed the plan of',
  'domain.claim': 'claimed the host name',
  'domain.verify': 'verified the host name',
  'domain.remove': 'gave up the host name',
  'member.create': 'made the first administrator',
  'member.invite': 'invited',
  'member.accept': { alone: 'accepted the invitation' },
  'member.join': { alone: 'joined through a provider' },
  'member.link': { alone: 'was linked to a provider' },
  'member.password': { alone: 'set a new password' },
  'member.password-reset': 'made a link for a new password of',
  'member.viewAs.begin': 'began to view the portal as',
  'member.viewAs.end': 'stopped viewing the portal as',
  'member.update': 'changed the role of',
  'member.remove': 'removed',
  'member.provision': 'provisioned',
  'member.deactivate': 'deactivated',
  'member.reactivate': 'reactivated',
  'session.start': { alone: 'signed in' },
  'session.end': { alone: 'signed out' },
  'session.revoke': 'ended a session of',
  'session.refuse': 'was not let in as',
  'handoff.create': { alone: 'made a sign-in link for an administrator' },
  'token.create': { alone: 'made an API token' },
  'token.delete': { alone: 'deleted an API token' },
  'token.revoke': 'revoked an API token of',
  'serviceToken.create': 'made the service token',
  'serviceToken.delete': 'deleted the service token',
  'tokenPolicy.update': { alone: 'changed how long tokens may work' },
  'sign-in-provider.add': 'added the provider',
  'sign-in-provider.update': 'changed the provider',
  'sign-in-provider.remove': 'removed the provider',
  'sign-in-provider.test': 'tested the provider',
  'sign-in-rule.update': { alone: 'changed how people may sign in' },
  'policy.draft': { alone: 'changed the draft of roles and policies' },
  'policy.discard': { alone: 'discarded the draft of roles and policies' },
  'policy.publish': { alone: 'published roles and policies' },
  'policy.revert': { alone: 'went back to earlier roles and policies' },
  'key.rotate': 'replaced the key',
  'audit.export': { alone: 'exported the audit log' },
  'audit.prune': { alone: 'removed events that are too old to keep' },
  'audit.settings.update': { alone: 'changed how long events are kept' },
  'audit.stream.add': 'began to send the audit log to',
  'audit.stream.update': 'changed where the audit log is sent to:',
  'audit.stream.remove': 'stopped sending the audit log to',
  'secret.create': 'added the secret',
  'secret.update': 'changed the secret',
  'secret.rotate': 'rotated the secret',
  'secret.delete': 'deleted the secret',
  'secret.grant': 'granted the secret',
  'secret.revoke': 'took back a grant of the secret',
  'secret.use': 'used the secret',
  'scim.token.create': 'made the provisioning token',
  'scim.token.delete': 'deleted the provisioning token',
  'scim.group.create': 'provisioned the group',
  'scim.group.update': 'changed the group',
  'scim.group.delete': 'removed the group',
  'scim.group.map': 'changed the role of the group',
  'location.register': 'registered',
  'location.refresh': 'asked to read again',
  'location.move': 'moved to',
  'location.delete': 'unregistered',
  'entity.delete': 'deleted',
  'entity.restore': 'restored',
  'entity.refresh': 'asked to read again',
  'entity.write': 'wrote',
  'overlay.write': 'added to',
  'overlay.delete': 'took the additions away from',
  'kind.set': 'defined the kind',
  'kind.delete': 'deleted the kind',
  'settings.update': 'changed the settings of the',
  'removal.approve': 'let the removal go on for',
  'removal.reject': 'kept what would have been removed by',
  'reading.update': { alone: 'changed from where files are read' },
  'source-host.connect': 'connected',
  'source-host.update': 'changed the connection to',
  'source-host.disconnect': 'disconnected',
  'plugin.install': 'installed',
  'plugin.configure': 'configured',
  'plugin.restart': 'restarted',
  'plugin.remove': 'removed the plugin',
  'plugin.upload': 'uploaded the plugin',
  'plugin.preview': 'switched the preview of',
  'plugin.share-preview': 'shared the preview of',
  'plugin.publish': 'published',
  'plugin.delete-upload': 'deleted an uploaded version of',
  'scaffolder.task.create': 'started a run of',
  'scaffolder.task.retry': 'retried the run',
  'scaffolder.task.cancel': 'cancelled the run',
};

export interface Sentence {
  verb: string;
  target?: string;
}

/** An event in words. An action that is not known here is shown by its own name. */
export function sentence(entry: AuditEntry): Sentence {
  const known = verbs[entry.action];
  const undoing = entry.undoes ? ' (took a change back)' : '';
  if (known === undefined)
    return { verb: `did ${entry.action} to`, target: entry.target };
  if (typeof known === 'object') return { verb: known.alone + undoing };
  return { verb: known + undoing, target: entry.target };
}

/** A value that an event changed. */
export interface Change {
  path: string;
  before?: string;
  after?: string;
}

function shown(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What differs between the states before and after, by path; a missing state has no values. */
export function changes(before: unknown, after: unknown, path = ''): Change[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isRecord(before) || isRecord(after)) {
    const old = isRecord(before) ? before : {};
    const fresh = isRecord(after) ? after : {};
    const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
    const below = names.flatMap(name =>
      changes(old[name], fresh[name], path ? `${path}.${name}` : name),
    );
    const bothAreRecords =
      (before === undefined || before === null || isRecord(before)) &&
      (after === undefined || after === null || isRecord(after));
    if (bothAreRecords) return below;
  }
  return [{ path, before: shown(before), after: shown(after) }];
}
