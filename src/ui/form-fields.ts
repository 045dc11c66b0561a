/** A form from a JSON Schema: what to ask for, and what an answer means. */
import { at } from './json.ts';

export type Control =
  | { kind: 'files' }
  | { kind: 'choice'; options: readonly string[] }
  | { kind: 'switch' }
  | { kind: 'number'; min?: number; max?: number; whole: boolean }
  | { kind: 'text'; longest?: number }
  /** Several words, a line each. */
  | { kind: 'lines' }
  /** What has no control of its own is written as JSON. */
  | { kind: 'json' };

export interface Field {
  name: string;
  label: string;
  about: string;
  required: boolean;
  /** What stands in the form at first, as text. */
  initial: string;
  control: Control;
}

/** The wanted words of an answer that means nothing. */
export class Unanswered extends Error {
  override name = 'Unanswered';
}

type FieldWords = Record<string, readonly [label: string, about?: string]>;

export function fieldsOf(schema: unknown, told: FieldWords = {}): Field[] {
  const required = at(schema, 'required');
  return Object.entries(at(schema, 'properties') ?? {}).map(([name, property]) => {
    const control = controlOf(property);
    const [label, about] = told[name] ?? [];
    return {
      name,
      label: label ?? textIn(property, 'title') ?? spaced(name),
      about: about ?? textIn(property, 'description') ?? '',
      required: Array.isArray(required) && required.includes(name),
      initial: initialOf(control, at(property, 'default')),
      control,
    };
  });
}

/** The value that an answer stands for; undefined for none. Throws `Unanswered`. */
export function answerIn({ control, required }: Field, answer: string): unknown {
  switch (control.kind) {
    case 'files':
      return undefined;
    case 'switch':
      return answer === 'on';
    case 'lines': {
      const lines = answer.split('\n').filter((line) => line.trim() !== '');
      return lines.length > 0 || required ? lines : undefined;
    }
    case 'number':
      return answer.trim() === '' ? undefined : Number(answer);
    case 'choice':
    case 'text':
      return answer === '' ? undefined : answer;
    case 'json':
      if (answer.trim() === '') return undefined;
      try {
        return JSON.parse(answer);
      } catch (error) {
        throw new Unanswered(error instanceof Error ? error.message : String(error));
      }
  }
}

function controlOf(property: unknown): Control {
  if (at(property, 'control') === 'files') return { kind: 'files' };
  const options = at(property, 'enum');
  if (Array.isArray(options) && options.every((option) => typeof option === 'string')) {
    return { kind: 'choice', options };
  }
  switch (at(property, 'type')) {
    case 'boolean':
      return { kind: 'switch' };
    case 'integer':
    case 'number': {
      const [min, max] = [at(property, 'minimum'), at(property, 'maximum')];
      return {
        kind: 'number',
        whole: at(property, 'type') === 'integer',
        ...(typeof min === 'number' ? { min } : {}),
        ...(typeof max === 'number' ? { max } : {}),
      };
    }
    case 'string': {
      const longest = at(property, 'maxLength');
      return { kind: 'text', ...(typeof longest === 'number' ? { longest } : {}) };
    }
    case 'array':
      return at(at(property, 'items'), 'type') === 'string' ? { kind: 'lines' } : { kind: 'json' };
    default:
      return { kind: 'json' };
  }
}

/** What stands in the control for a value that it has had before. */
export function initialOf({ kind }: Control, value: unknown): string {
  if (value === undefined) return '';
  if (kind === 'switch') return value === true ? 'on' : '';
  if (kind === 'lines' && Array.isArray(value)) return value.join('\n');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function textIn(property: unknown, key: string): string | undefined {
  const text = at(property, key);
  return typeof text === 'string' ? text : undefined;
}

const spaced = (name: string) => name.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase());
