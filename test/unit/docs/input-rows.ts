/** The rows of a table that tells what a job takes, from its schema. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type { JobSpec } from '../../../src/core/job.ts';

interface Property {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

export function inputRows({ input }: JobSpec): string[] {
  const { properties = {}, required = [] } = toJsonSchema(input, { errorMode: 'ignore' });
  return Object.entries(properties).map(([name, property]) => {
    const field = property as Property;
    const left = required.includes(name)
      ? 'required'
      : 'default' in field
        ? `\`${JSON.stringify(field.default)}\``
        : '';
    return `| ${[`\`${name}\``, kindOf(field), left, textOf(field)].join(' | ')} |`;
  });
}

function kindOf({ type, enum: options, ...field }: Property): string {
  if (options) return options.map((option) => `\`${JSON.stringify(option)}\``).join(' or ');
  const kind = type ?? 'one of several';
  const { minimum = field.minLength ?? field.minItems, maximum = field.maxLength ?? field.maxItems } = field;
  const unit = type === 'array' ? ' items' : type === 'string' ? ' characters' : '';
  if (minimum === undefined && maximum === undefined) return kind;
  if (maximum === undefined) return `${kind}, at least ${minimum}${unit}`;
  if (minimum === undefined) return `${kind}, at most ${maximum}${unit}`;
  return `${kind}, ${minimum} to ${maximum}${unit}`;
}

/** What a form calls it, and says of it. */
function textOf({ title, description }: Property): string {
  return [title, description]
    .filter((text) => text !== undefined)
    .join(': ')
    .replaceAll('|', '\\|');
}
