import { Button, ButtonIcon, Select } from '@backstage/ui';
import { RiAddLine, RiCloseLine } from '@remixicon/react';
import type { KnownRule } from '../../../api/policies';
import { TagsInput } from '../../../ui/TagsInput';
import { TextInput } from '../../../ui/TextInput';
import {
  emptyRule,
  paramsOf,
  ruleTitle,
  valueOf,
  type Criteria,
  type Param,
} from './criteria';

/** How deep the form nests; deeper conditions are written as YAML and imported. */
const deepest = 4;

const forms = [
  { id: 'rule', label: 'This rule holds' },
  { id: 'allOf', label: 'All of these hold' },
  { id: 'anyOf', label: 'Any of these holds' },
  { id: 'not', label: 'This does not hold' },
];

/** The choice of no value; no plugin has it among its own. */
const notSaid = '(not said)';

interface CriteriaProps {
  criteria: Criteria;
  rules: readonly KnownRule[];
  onChange: (criteria: Criteria) => void;
}

function ParamField(props: {
  param: Param;
  value: unknown;
  onChange: (value: unknown) => void;
}) {
  const { param, value, onChange } = props;
  const hint =
    param.name === 'claims'
      ? 'Refs, or $ownerRefs for the person and their groups'
      : param.description;
  if (param.kind === 'list') {
    return (
      <TagsInput
        label={param.label}
        description={hint}
        tags={Array.isArray(value) ? value.map(String) : []}
        onChange={tags => onChange(tags.map(tag => valueOf(param, tag)))}
      />
    );
  }
  const text = value === undefined ? '' : String(value);
  if (param.kind === 'choice') {
    const choices = param.choices.map(id => ({ id, label: id }));
    return (
      <Select
        label={param.label}
        description={hint}
        isRequired={param.isRequired}
        options={
          param.isRequired
            ? choices
            : [{ id: notSaid, label: 'Not said' }, ...choices]
        }
        value={text || (param.isRequired ? null : notSaid)}
        onChange={key =>
          typeof key === 'string' &&
          onChange(key === notSaid ? undefined : valueOf(param, key))
        }
      />
    );
  }
  return (
    <TextInput
      label={param.label}
      description={hint}
      isRequired={param.isRequired}
      value={text}
      onChange={typed => onChange(valueOf(param, typed))}
    />
  );
}

/** Parameters that have a value, and empty lists where one must be. */
function withParam(
  params: Record<string, unknown>,
  name: string,
  value: unknown,
): Record<string, unknown> {
  const changed = { ...params, [name]: value };
  return Object.fromEntries(
    Object.entries(changed).filter(([, one]) => one !== undefined),
  );
}

function RuleFields(props: {
  criteria: Criteria & { form: 'rule' };
  rules: readonly KnownRule[];
  onChange: (criteria: Criteria) => void;
}) {
  const { criteria, rules, onChange } = props;
  const known = rules.find(rule => rule.name === criteria.rule);
  const choose = (rule: string) => {
    const lists = paramsOf(rules.find(one => one.name === rule)).filter(
      param => param.kind === 'list',
    );
    const params = Object.fromEntries(lists.map(({ name }) => [name, []]));
    onChange({ form: 'rule', rule, params });
  };
  return (
    <>
      <Select
        label="Rule"
        description={known?.description}
        options={rules.map(({ name }) => ({
          id: name,
          label: ruleTitle(name),
        }))}
        value={criteria.rule || null}
        onChange={key => typeof key === 'string' && choose(key)}
      />
      {paramsOf(known).map(param => (
        <ParamField
          key={param.name}
          param={param}
          value={criteria.params[param.name]}
          onChange={value =>
            onChange({
              ...criteria,
              params: withParam(criteria.params, param.name, value),
            })
          }
        />
      ))}
    </>
  );
}

function reshaped(criteria: Criteria, form: string): Criteria {
  const parts =
    criteria.form === 'allOf' || criteria.form === 'anyOf'
      ? criteria.parts
      : [criteria.form === 'not' ? criteria.part : criteria];
  switch (form) {
    case 'allOf':
    case 'anyOf':
      return { form, parts };
    case 'not':
      return { form, part: parts[0] ?? emptyRule };
    default:
      return parts.find(part => part.form === 'rule') ?? emptyRule;
  }
}

function Parts(
  props: CriteriaProps & {
    criteria: Criteria & { form: 'allOf' | 'anyOf' };
    depth: number;
  },
) {
  const { criteria, rules, onChange, depth } = props;
  const set = (parts: Criteria[]) => onChange({ ...criteria, parts });
  return (
    <>
      {criteria.parts.map((part, at) => (
        <div key={at} className="pro-row">
          <CriteriaFields
            criteria={part}
            rules={rules}
            depth={depth + 1}
            onChange={changed =>
              set(criteria.parts.map((old, n) => (n === at ? changed : old)))
            }
          />
          <ButtonIcon
            variant="tertiary"
            icon={<RiCloseLine />}
            aria-label={`Remove part ${at + 1} of the condition`}
            isDisabled={criteria.parts.length === 1}
            onPress={() => set(criteria.parts.filter((_, n) => n !== at))}
          />
        </div>
      ))}
      <Button
        size="small"
        variant="secondary"
        iconStart={<RiAddLine />}
        onPress={() => set([...criteria.parts, emptyRule])}
      >
        Add a part
      </Button>
    </>
  );
}

function CriteriaFields(props: CriteriaProps & { depth: number }) {
  const { criteria, rules, onChange, depth } = props;
  const offered = depth < deepest ? forms : forms.slice(0, 1);
  return (
    <div
      className="policies-criteria"
      role="group"
      aria-label={depth === 0 ? 'Condition' : 'Part of the condition'}
    >
      <Select
        aria-label="How the parts of the condition are joined"
        size="small"
        options={offered.map(({ id, label }) => ({ id, label }))}
        value={criteria.form}
        onChange={key =>
          typeof key === 'string' && onChange(reshaped(criteria, key))
        }
      />
      {criteria.form === 'rule' && (
        <RuleFields criteria={criteria} rules={rules} onChange={onChange} />
      )}
      {criteria.form === 'not' && (
        <CriteriaFields
          criteria={criteria.part}
          rules={rules}
          depth={depth + 1}
          onChange={part => onChange({ form: 'not', part })}
        />
      )}
      {(criteria.form === 'allOf' || criteria.form === 'anyOf') && (
        <Parts
          criteria={criteria}
          rules={rules}
          depth={depth}
          onChange={onChange}
        />
      )}
    </div>
  );
}

/** A condition, edited in a form that knows each rule and its parameters. */
export function ConditionEditor(props: CriteriaProps) {
  return <CriteriaFields {...props} depth={0} />;
}
