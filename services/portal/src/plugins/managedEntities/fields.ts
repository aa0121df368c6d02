/** How a field is filled in. */
export type FieldInput =
  | { as: 'text' }
  | { as: 'longText' }
  | { as: 'number' }
  | { as: 'boolean' }
  | { as: 'choice'; options: string[] }
  /** Text, with what the catalog has in this place already. */
  | { as: 'suggested' }
  /** One or several other entities, of these kinds; of any when there are none. */
  | { as: 'ref'; kinds: string[] }
  | { as: 'refs'; kinds: string[] }
  | { as: 'texts' }
  | { as: 'yaml' };

/** One field of the form for a kind. */
export interface KindField {
  /** Where in the entity. */
  path: string[];
  label: string;
  hint?: string;
  required?: boolean;
  input: FieldInput;
}

/** What the form asks for an entity of one kind. */
export interface KindForm {
  kind: string;
  apiVersion: string;
  title: string;
  hint?: string;
  fields: KindField[];
}

const spec = (
  name: string,
  label: string,
  input: FieldInput,
  more: Partial<KindField> = {},
): KindField => ({ path: ['spec', ...name.split('.')], label, input, ...more });

const required = { required: true };
const suggested: FieldInput = { as: 'suggested' };
const ref = (...kinds: string[]): FieldInput => ({ as: 'ref', kinds });
const refs = (...kinds: string[]): FieldInput => ({ as: 'refs', kinds });

const type = spec('type', 'Type', suggested, required);
const lifecycle = spec('lifecycle', 'Lifecycle', suggested, required);
const owner = spec('owner', 'Owner', ref('Group', 'User'), required);
const system = spec('system', 'System', ref('System'));
const dependsOn = spec(
  'dependsOn',
  'Depends on',
  refs('Component', 'Resource'),
);

const core = 'backstage.io/v1alpha1';

/** The forms of the built-in kinds that people make by hand. Locations are registered, templates live in files. */
export const builtInForms: KindForm[] = [
  {
    kind: 'Component',
    apiVersion: core,
    title: 'Component',
    hint: 'A piece of software: a service, a website, a library.',
    fields: [
      type,
      lifecycle,
      owner,
      system,
      spec('subcomponentOf', 'Part of component', ref('Component')),
      spec('providesApis', 'Provides APIs', refs('API')),
      spec('consumesApis', 'Consumes APIs', refs('API')),
      dependsOn,
    ],
  },
  {
    kind: 'API',
    apiVersion: core,
    title: 'API',
    hint: 'An interface between components.',
    fields: [
      type,
      lifecycle,
      owner,
      system,
      spec(
        'definition',
        'Definition',
        { as: 'longText' },
        {
          required: true,
          hint: 'The OpenAPI, AsyncAPI, GraphQL or other text of the interface.',
        },
      ),
    ],
  },
  {
    kind: 'Resource',
    apiVersion: core,
    title: 'Resource',
    hint: 'What a component needs at run time: a database, a bucket, a cluster.',
    fields: [type, owner, system, dependsOn],
  },
  {
    kind: 'System',
    apiVersion: core,
    title: 'System',
    hint: 'Components and resources that belong together.',
    fields: [
      owner,
      spec('domain', 'Domain', ref('Domain')),
      spec('type', 'Type', suggested),
    ],
  },
  {
    kind: 'Domain',
    apiVersion: core,
    title: 'Domain',
    hint: 'Systems that share a field of business.',
    fields: [
      owner,
      spec('subdomainOf', 'Part of domain', ref('Domain')),
      spec('type', 'Type', suggested),
    ],
  },
  {
    kind: 'Group',
    apiVersion: core,
    title: 'Group',
    hint: 'A team or a part of the organisation.',
    fields: [
      type,
      spec('profile.displayName', 'Display name', { as: 'text' }),
      spec('profile.email', 'Mail address', { as: 'text' }),
      spec('parent', 'Parent group', ref('Group')),
      spec('children', 'Child groups', refs('Group'), required),
      spec('members', 'Members', refs('User')),
    ],
  },
  {
    kind: 'User',
    apiVersion: core,
    title: 'User',
    hint: 'A person.',
    fields: [
      spec('profile.displayName', 'Display name', { as: 'text' }),
      spec('profile.email', 'Mail address', { as: 'text' }),
      spec('memberOf', 'Member of', refs('Group'), required),
    ],
  },
  {
    kind: 'AiResource',
    apiVersion: core,
    title: 'AI resource',
    hint: 'A skill, rule, plugin or marketplace for AI agents.',
    fields: [type, lifecycle, owner, system],
  },
];

/** Lists that must be there but may be empty are never missing. */
export function mayBeEmpty(field: KindField): boolean {
  return field.input.as === 'refs' || field.input.as === 'texts';
}
