/** `GET /openapi.json`: the contract as OpenAPI 3.1, from the same schemas that check requests. */
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import type { Input, JobSpec } from '../src/core/job.ts';
import {
  AddedFileSchema,
  HealthSchema,
  ProblemSchema,
  SettingsPatchSchema,
  SettingsSchema,
  statuses,
  TaskDraftSchema,
  TaskSchema,
} from '../src/core/schema.ts';
import { DocumentsSchema, HitsSchema, PageTextSchema } from '../src/core/search.ts';
import {
  AtQuerySchema,
  DetailQuerySchema,
  ListQuerySchema,
  LogQuerySchema,
  MAX_DRAFTS,
  ResumeQuerySchema,
  RetryQuerySchema,
  StreamQuerySchema,
} from './body.ts';
import { BulkQuerySchema } from './bulk.ts';
import { FileQuerySchema } from './file-intake.ts';
import { DocumentsQuerySchema, ForgetQuerySchema, SearchQuerySchema } from './search.ts';
import { EXPORT_TYPE } from './transfer.ts';

/** A schema as JSON Schema; `input`: as a request has to be, before defaults are filled in. */
export const jsonSchema = (schema: Input, side: 'input' | 'output' = 'input'): JsonSchema => {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    // The dialect of OpenAPI 3.1.
    target: 'draft-2020-12',
    errorMode: 'ignore',
    typeMode: side,
  });
  return rest;
};

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const content = (schema: object, type = 'application/json') => ({ content: { [type]: { schema } } });
const body = (schema: object, type?: string) => ({ required: true, ...content(schema, type) });
const answer = (description: string, schema?: object) => ({ description, ...(schema ? content(schema) : {}) });
const problem = (description: string) => ({ description, ...content(ref('Problem'), 'application/problem+json') });
const refused: Record<number, ReturnType<typeof problem>> = {
  400: problem('A malformed request.'),
  403: problem('A navigation that would change something.'),
  404: problem('There is no such thing.'),
  409: problem('Its status does not allow it.'),
  410: problem('The log was trimmed past this event; `first` is the earliest that can be asked for.'),
  413: problem('The body is too large.'),
  415: problem('The body has a type that is not taken.'),
  416: problem('The range lies outside of the file.'),
  422: problem('The input does not fit its schema.'),
  503: problem('The database cannot be opened.'),
  507: problem('The storage is full.'),
};
const errors = (...codes: number[]) => Object.fromEntries([...codes, 503].map((code) => [code, refused[code]]));

/** Of what writes to the store. */
const writeErrors = (...codes: number[]) => errors(...codes, 507);

const parameter = (place: 'path' | 'header', name: string) => ({
  name,
  in: place,
  required: place === 'path',
  schema: { type: 'string' },
});
/** As what their text is taken for: a number has its bounds, and a list has commas (`explode: false`). */
const queryOf = ({ entries }: { entries: Record<string, Input> }) =>
  Object.entries(entries).map(([name, schema]) => {
    const { success, output } = v.safeParse(schema, undefined);
    return {
      name,
      in: 'query',
      required: !success,
      explode: false,
      schema: { ...jsonSchema(schema, 'output'), default: output },
    };
  });
const id = parameter('path', 'id');
const lastEventId = parameter('header', 'Last-Event-ID');
const nothingLeft = { description: 'Nothing is left to send.' };
const events = { description: 'Events.', ...content({ type: 'string' }, 'text/event-stream') };
const file = { description: 'The bytes.', ...content({ type: 'string', format: 'binary' }, '*/*') };
const count = answer('How many.', { type: 'object', properties: { count: { type: 'integer' } } });
const added = answer('Kept.', jsonSchema(AddedFileSchema, 'output'));

/** `folder`: the one that the app is served from. */
export function openApi(version: string, folder: URL, specs: Iterable<JobSpec>): object {
  const act = (summary: string, ...codes: number[]) => ({
    summary,
    parameters: [id],
    responses: { 200: answer('The task.', ref('Task')), ...writeErrors(403, 404, 409, ...codes) },
  });
  return {
    openapi: '3.1.0',
    info: { title: 'Holdfast', version, description: 'A task server that lives in the browser.' },
    // The paths follow it as they are, and begin with a slash.
    servers: [{ url: folder.href.slice(0, -1) }],
    paths: {
      '/tasks': {
        post: {
          summary: 'Submit one task, or up to 1,000, all or none.',
          parameters: [parameter('header', 'Idempotency-Key')],
          requestBody: body({
            oneOf: [ref('TaskDraft'), { type: 'array', items: ref('TaskDraft'), minItems: 1, maxItems: MAX_DRAFTS }],
          }),
          responses: {
            202: answer('Accepted.', {
              oneOf: [ref('Task'), { type: 'object', properties: { tasks: { type: 'array', items: ref('Task') } } }],
            }),
            ...writeErrors(400, 403, 413, 415, 422),
          },
        },
        get: {
          summary: 'Tasks, newest first.',
          parameters: queryOf(ListQuerySchema),
          responses: { 200: answer('A page.', ref('TaskPage')), ...errors(400) },
        },
        delete: {
          summary: 'Remove finished tasks; a filter or `all` is required.',
          parameters: queryOf(BulkQuerySchema),
          responses: { 200: count, ...writeErrors(400) },
        },
      },
      '/tasks/cancel': {
        post: {
          summary: 'Cancel tasks; a filter or `all` is required.',
          parameters: queryOf(BulkQuerySchema),
          responses: { 200: count, ...writeErrors(400, 403) },
        },
      },
      '/tasks/stream': {
        get: {
          summary: 'The events of all tasks, from now or after a cursor.',
          parameters: [lastEventId, ...queryOf(StreamQuerySchema)],
          responses: { 200: events, ...errors(400, 409) },
        },
      },
      '/tasks/types': { get: { summary: 'The job types.', responses: { 200: answer('Job types.'), ...errors() } } },
      '/tasks/export': {
        get: {
          summary: 'Every task, log, checkpoint and file as one file.',
          responses: {
            200: { description: 'The bytes.', ...content({ type: 'string', format: 'binary' }, EXPORT_TYPE) },
            ...errors(),
          },
        },
      },
      '/tasks/import': {
        post: {
          summary: 'Take all of an export, or nothing.',
          requestBody: body({ type: 'string', format: 'binary' }, EXPORT_TYPE),
          responses: { 200: count, ...writeErrors(400, 403, 409, 415, 422) },
        },
      },
      '/tasks/health': {
        get: {
          summary: 'How it is; with `detail`, also what runs in which tab.',
          parameters: queryOf(DetailQuerySchema),
          responses: { 200: answer('Health.', ref('Health')), ...errors(400) },
        },
      },
      '/tasks/settings': {
        get: { summary: 'The settings.', responses: { 200: answer('Settings.', ref('Settings')), ...errors() } },
        patch: {
          summary: 'Change settings.',
          requestBody: body(ref('SettingsPatch')),
          responses: { 200: answer('All settings.', ref('Settings')), ...writeErrors(400, 413, 415, 422) },
        },
      },
      '/tasks/{id}': {
        get: {
          summary: 'A task; with `at`, as it was after that event: the fold of its log up to there.',
          parameters: [id, ...queryOf(AtQuerySchema), parameter('header', 'If-None-Match')],
          responses: {
            200: answer('The task.', ref('Task')),
            304: { description: 'Not modified.' },
            ...errors(400, 404, 410),
          },
        },
        delete: {
          summary: 'Remove a finished task.',
          parameters: [id],
          responses: { 204: { description: 'Removed.' }, ...writeErrors(404, 409) },
        },
      },
      '/tasks/{id}/stream': {
        get: {
          summary: 'The events of a task.',
          parameters: [id, lastEventId, ...queryOf(v.omit(StreamQuerySchema, ['cursor']))],
          responses: { 200: events, 204: nothingLeft, ...errors(400, 404, 409) },
        },
      },
      '/tasks/{id}/log': {
        get: {
          summary: 'The same events as JSON; a gap and the state at its end stand for what was trimmed.',
          parameters: [id, ...queryOf(LogQuerySchema)],
          responses: { 200: answer('Events.'), ...errors(400, 404) },
        },
      },
      '/tasks/{id}/cancel': { post: act('Cancel it; answered once it is so.') },
      '/tasks/{id}/pause': { post: act('Pause it.') },
      '/tasks/{id}/resume': { post: act('Let a paused task go on.') },
      '/tasks/{id}/retry': {
        post: {
          ...act('Run a failed or canceled task again.', 400),
          parameters: [id, ...queryOf(RetryQuerySchema)],
        },
      },
      '/tasks/{id}/result': {
        get: {
          summary: 'Its result.',
          parameters: [id],
          responses: { 200: answer('The result.', {}), ...errors(404, 409) },
        },
      },
      '/tasks/{id}/files/{name}': {
        get: {
          summary: 'An output file.',
          parameters: [id, parameter('path', 'name'), parameter('header', 'Range')],
          responses: { 200: file, 206: file, ...errors(400, 404, 416) },
        },
      },
      '/files': {
        post: {
          summary: 'Add an input file.',
          parameters: queryOf(FileQuerySchema),
          requestBody: body({ type: 'string', format: 'binary' }, '*/*'),
          responses: { 201: added, ...writeErrors(400, 403, 415, 422) },
        },
      },
      '/files/{id}': {
        get: {
          summary: 'An input file.',
          parameters: [id, parameter('header', 'Range')],
          responses: { 200: file, 206: file, ...errors(404, 416) },
        },
        delete: {
          summary: 'Remove an input file.',
          parameters: [id],
          responses: { 204: { description: 'Removed.' }, ...writeErrors(404) },
        },
      },
      '/share': {
        post: {
          summary: "The installed app's share target: keeps files and starts nothing.",
          requestBody: body({ type: 'object' }, 'multipart/form-data'),
          responses: { 303: { description: 'To the page, which is told of them.' }, ...writeErrors(400, 422) },
        },
      },
      '/search': {
        get: {
          summary: 'Pages of the documents in the index that have these words, the best first.',
          parameters: queryOf(SearchQuerySchema),
          responses: { 200: answer('What was found.', ref('Hits')), ...errors(400, 409) },
        },
      },
      '/search/documents': {
        get: {
          summary: 'The documents in the index, the latest first.',
          parameters: queryOf(DocumentsQuerySchema),
          responses: { 200: answer('A page.', ref('Documents')), ...errors(400, 409) },
        },
        delete: {
          summary: 'Forget all documents, and begin the index anew.',
          parameters: queryOf(ForgetQuerySchema),
          responses: { 200: count, ...errors(400, 409) },
        },
      },
      '/search/documents/{id}': {
        delete: {
          summary: 'Forget a document.',
          parameters: [id],
          responses: { 204: { description: 'Forgotten.' }, ...errors(404, 409) },
        },
      },
      '/search/documents/{id}/pages/{page}': {
        get: {
          summary: 'The text of a page.',
          parameters: [id, parameter('path', 'page')],
          responses: { 200: answer('The page.', ref('PageText')), ...errors(404, 409) },
        },
      },
      '/openapi.json': { get: { summary: 'This.', responses: { 200: answer('OpenAPI 3.1.') } } },
      '/submit': {
        post: { summary: 'Start a ten-step countdown.', responses: { 200: answer('Started.'), ...writeErrors(403) } },
      },
      '/stream': { get: { summary: 'A lesson: ten messages.', responses: { 200: events, ...errors() } } },
      '/stream-events': { get: { summary: 'A lesson: named events.', responses: { 200: events, ...errors() } } },
      '/stream-with-id': {
        get: {
          summary: 'A lesson: ids and resuming.',
          parameters: [lastEventId, ...queryOf(ResumeQuerySchema)],
          responses: { 200: events, 204: nothingLeft, ...errors(400) },
        },
      },
    },
    components: {
      schemas: {
        Task: jsonSchema(TaskSchema, 'output'),
        TaskDraft: jsonSchema(TaskDraftSchema),
        TaskPage: {
          type: 'object',
          properties: {
            tasks: { type: 'array', items: ref('Task') },
            next_page: { type: ['string', 'null'] },
            counts: {
              type: 'object',
              properties: Object.fromEntries(statuses.map((status) => [status, { type: 'integer' }])),
            },
            cursor: { type: 'string' },
          },
        },
        Hits: jsonSchema(HitsSchema, 'output'),
        Documents: jsonSchema(DocumentsSchema, 'output'),
        PageText: jsonSchema(PageTextSchema, 'output'),
        Health: jsonSchema(HealthSchema, 'output'),
        Settings: jsonSchema(SettingsSchema, 'output'),
        SettingsPatch: jsonSchema(SettingsPatchSchema),
        Problem: jsonSchema(ProblemSchema),
        ...Object.fromEntries([...specs].map(({ type, input }) => [`input-${type}`, jsonSchema(input)])),
      },
    },
  };
}
