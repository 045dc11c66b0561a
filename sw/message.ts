/** What pages ask of the service worker that is no request. */
import * as v from 'valibot';
import type { Connection } from '../src/core/connection.ts';
import { type BackendMessage, BackendMessageSchema } from '../src/core/protocol.ts';
import type { StoredFiles } from '../src/core/stored-files.ts';
import type { Commands } from './command.ts';
import { onDemand } from './on-demand.ts';
import type { Streams } from './streams.ts';

declare const self: ServiceWorkerGlobalScope;

const MOST_HAD = 1_000;

export interface MessageHost {
  scope: string;
  database: Connection;
  files: StoredFiles;
  streams: Streams;
  command: Commands;
  /** An executor's commits, as they come. */
  committed(message: unknown): void;
  erase(): Promise<void>;
}

/** Each question has a port of its own, which is told the answer, or `{ error }`. */
export function messages({ scope, database, files, streams, command, committed, erase }: MessageHost) {
  /** Another folder of this origin may be another app's. */
  function onlyOurs(source: ExtendableMessageEvent['source']) {
    if (source instanceof Client && source.url.startsWith(scope)) return;
    throw new Error('Only a page of this app may ask for that.');
  }

  /** The last questions that came: one is asked again for as long as there is no answer. */
  const had = new Set<unknown>();

  async function answerTo(message: BackendMessage, source: ExtendableMessageEvent['source']): Promise<unknown> {
    switch (message.kind) {
      case 'claim':
        return self.clients.claim();
      case 'skip-waiting':
        return onDemand().takeOver();
      case 'end-streams':
        return streams.endAll();
      case 'leaves':
        return command.release(message.attempts, message.frozen);
      case 'add-file':
        return files.addInput(message.source, message.name);
      case 'file-handle': {
        const row = await files.input(message.file_id);
        return row?.body && 'getFile' in row.body ? row.body : null;
      }
      case 'input-files': {
        const named = message.file_ids.map(async (file_id) => {
          const row = await files.input(file_id);
          return row && { file_id, name: row.title, size: row.size, type: row.type };
        });
        return Promise.all(named);
      }
      case 'erase':
        onlyOurs(source);
        await erase();
        return {};
      case 'break':
        onlyOurs(source);
        if (message.what === 'streams') streams.cut();
        else database.drop();
        return {};
    }
  }

  return async ({ data, ports: [port], source }: ExtendableMessageEvent): Promise<void> => {
    const { success, output: message, issues } = v.safeParse(BackendMessageSchema, data);
    if (!success) return port?.postMessage({ error: `This message is not understood: ${v.summarize(issues)}` });
    if (message.kind === 'executor-port') {
      if (port) port.onmessage = (event) => committed(event.data);
      return;
    }
    const { id } = Object(data);
    if (id && had.has(id)) return;
    had.add(id);
    if (had.size > MOST_HAD) had.delete(had.values().next().value);
    const answer = answerTo(message, source);
    if (port) port.postMessage(await answer.catch(asError));
    else await answer;
  };
}

const asError = (error: unknown) => ({ error: error instanceof Error ? error.message || error.name : String(error) });
