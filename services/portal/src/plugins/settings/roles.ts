import type { Role } from '../../api/types';

/** What each role may do, in one line. */
export const roleOptions: {
  id: Role;
  label: string;
  description: string;
}[] = [
  {
    id: 'admin',
    label: 'Administrator',
    description: 'Everything, these settings included',
  },
  {
    id: 'maintainer',
    label: 'Maintainer',
    description: 'The catalog and templates of everyone',
  },
  {
    id: 'member',
    label: 'Member',
    description: 'Read, register, run templates',
  },
  { id: 'viewer', label: 'Viewer', description: 'Read' },
];

export function isRole(value: unknown): value is Role {
  return roleOptions.some(option => option.id === value);
}

export function roleLabel(role: Role): string {
  return roleOptions.find(option => option.id === role)?.label ?? role;
}
