/** Request bodies and query values, parsed once, here. Whatever does not fit is a `Refusal` that names the place. */
import * as v from 'valibot';
import type { Input } from '../src/core/job.ts';
import { StatusSchema, type TaskDraft, TaskDraftSchema } from '../src/core/schema.ts';
import { Refusal } from './problem.ts';

export const MAX_DRAFTS = 1_000;
/** A body of a megabyte can have half a million faults. */
const MOST_ERRORS = 100;

export const mediaType = (request: Request): string =>
  (request.headers.get('Content-Type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** A body that is being read: one that breaks off is its sender's affair, or its line's. */
export const whole = <T>(reading: Promise<T>): Promise<T> =>
  reading.catch((error: unknown) => {
    throw new Refusal(400, 'bad-request', `The body broke off: ${error instanceof Error ? error.message : error}`);
  });

/** The drafts of `POST /tasks`, each with the input that its job's schema made of it. */
export function parseDrafts(body: unknown, inputOf: (type: string) => Input | undefined) {
  const many = Array.isArray(body);
  const bodies: unknown[] = many ? body : [body];
  if (many && (bodies.length === 0 || bodies.length > MAX_DRAFTS)) {
    throw invalid([{ pointer: '', detail: `An array holds 1 to ${MAX_DRAFTS} tasks; this one has ${bodies.length}.` }]);
  }
  let errors: FieldError[] = [];
  const drafts: TaskDraft[] = [];
  for (const [index, each] of bodies.entries()) {
    const at = many ? `/${index}` : '';
    const draft = v.safeParse(TaskDraftSchema, each);
    if (!draft.success) {
      errors = errors.concat(fieldErrors(draft.issues, at));
      continue;
    }
    const schema = inputOf(draft.output.type);
    if (!schema) {
      errors.push({ pointer: `${at}/type`, detail: `There is no job type "${draft.output.type}".` });
      continue;
    }
    const input = v.safeParse(schema, draft.output.input);
    if (!input.success) errors = errors.concat(fieldErrors(input.issues, `${at}/input`));
    else drafts.push({ ...draft.output, input: input.output });
  }
  if (errors.length > 0) throw invalid(errors);
  return { many, drafts };
}

/** A body of one shape. What does not fit is 422. */
export function parseBody<const S extends Input>(schema: S, body: unknown): v.InferOutput<S> {
  // Valibot takes an array for an object.
  if (Array.isArray(body)) throw invalid([{ pointer: '', detail: 'An object is wanted.' }]);
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  throw invalid(fieldErrors(parsed.issues, ''));
}

interface FieldError {
  pointer: string;
  detail: string;
}

export function invalid(all: FieldError[]) {
  const errors = all.slice(0, MOST_ERRORS);
  const detail = errors.map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`).join(' ');
  return new Refusal(422, 'invalid-input', detail, { errors });
}

/** Valibot's issues with JSON Pointers (RFC 6901) below `prefix`. */
function fieldErrors(issues: readonly v.BaseIssue<unknown>[], prefix: string): FieldError[] {
  return issues.flatMap((issue) => {
    const keys = issue.path?.map(({ key }) => String(key).replaceAll('~', '~0').replaceAll('/', '~1')) ?? [];
    const pointer = [prefix, ...keys].join('/');
    // Of a value that may be one of several things: what keeps it from being any of them.
    if (issue.type === 'union' && issue.issues) return fieldErrors(issue.issues, pointer);
    return [{ pointer, detail: issue.message }];
  });
}

export const wholeNumber = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d+$/, 'a whole number is wanted'),
    v.transform(Number),
    // Said for openapi.json: what a transform gives has no type there.
    v.number(),
    v.safeInteger(),
    v.minValue(min),
    v.maxValue(max),
  );

export const FilterSchema = v.strictObject({
  status: v.optional(
    v.pipe(
      v.string(),
      v.transform((list) => list.split(',')),
      v.array(StatusSchema),
    ),
  ),
  type: v.optional(v.string()),
  tag: v.optional(v.string()),
  q: v.optional(v.string()),
});
export const TASK_ID = /^[\da-f-]{36}$/;
export const ListQuerySchema = v.strictObject({
  ...FilterSchema.entries,
  limit: v.optional(wholeNumber(1, 500), '50'),
  /** The id of the last task of the page before. */
  page: v.optional(v.pipe(v.string(), v.regex(TASK_ID))),
});
/** What else is asked of the health, or of a task, is passed over, as it always was. */
export const DetailQuerySchema = v.object({ detail: v.optional(v.picklist(['true', 'false']), 'false') });
export const LogQuerySchema = v.strictObject({
  after: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER), '0'),
  limit: v.optional(wholeNumber(1, 10_000), '1000'),
  /** Also when each event was and what it was, which a stream does not tell. */
  ...DetailQuerySchema.entries,
});

export const AtQuerySchema = v.object({ at: v.optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)) });
export const RetryQuerySchema = v.object({ from: v.optional(v.picklist(['checkpoint', 'start'])) });
export const ResumeQuerySchema = v.object({ last_event_id: v.optional(v.string()) });
export const StreamQuerySchema = v.object({
  ...ResumeQuerySchema.entries,
  cursor: v.optional(v.string()),
  exclusive: v.optional(v.literal('1')),
});

/** The values of a query, by name. */
export type Query = Record<string, string[]>;

/** The query of a request. An unknown name or value is 400. */
export function parseQuery<const S extends Input>(schema: S, query: Query): v.InferOutput<S> {
  // What is there twice stays a list, which no schema takes.
  const values = Object.entries(query).map(([name, all]) => [name, all.length > 1 ? all : all[0]]);
  const parsed = v.safeParse(schema, Object.fromEntries(values));
  if (parsed.success) return parsed.output;
  const errors = fieldErrors(parsed.issues, '');
  throw new Refusal(
    400,
    'bad-request',
    errors.map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`).join(' '),
    { errors },
  );
}
