/** `POST /tasks/import`: an export is taken in whole or not at all. */
import { BrokenExport, type ExportRecord, readRecords } from '../src/core/export-record.ts';
import type { Files } from '../src/core/files.ts';
import type { OutputWriter } from '../src/core/output-file.ts';
import { decodeSnapshot } from '../src/core/snapshot.ts';
import { NotTaken, type Snapshots, type TaskSnapshot } from '../src/core/store.ts';
import { mediaType, whole } from './body.ts';
import { Refusal } from './problem.ts';
import { type HeadOf, headOf } from './record-head.ts';
import { EXPORT_TYPE, expectedOutputs, type TransferHost } from './transfer.ts';

const PROGRESS_MS = 200;

/** Resolves with how many tasks were taken. Throws a `Refusal` that names the place; nothing is taken then. */
export async function importAll(
  request: Request,
  host: TransferHost,
  progress: (read: number, size: number) => void,
): Promise<number> {
  const type = mediaType(request);
  if (type !== EXPORT_TYPE && type !== 'application/octet-stream') {
    throw new Refusal(415, 'unsupported-media-type', `The body has to be ${EXPORT_TYPE}.`);
  }
  // Firefox has no Request.body in a service worker, and a blob stays on disk.
  const body = await whole(request.blob());
  try {
    return await host.alone(() => takeIn(body, host, told(progress, body.size)));
  } catch (error) {
    if (error instanceof BrokenExport) {
      const { message, position, record } = error;
      throw new Refusal(422, 'invalid-input', message, { position, record });
    }
    if (error instanceof NotTaken && error.reason === 'exists') {
      throw new Refusal(409, 'conflict', error.message, { task_id: error.task_id });
    }
    throw error;
  }
}

/** Not more often than anybody can see. */
function told(progress: (read: number, size: number) => void, size: number) {
  let last = 0;
  return (read: number) => {
    if (Date.now() - last < PROGRESS_MS && read < size) return;
    last = Date.now();
    progress(read, size);
  };
}

interface Taking {
  body: Blob;
  files: Files;
  intake: ReturnType<Snapshots['intake']>;
  /** How many records were read. */
  records: number;
  /** By task and name, the output files that may still come; a task that goes on from its checkpoint cannot do without. */
  expected: Map<string, { size: number; mark: number | undefined; wanted: boolean }>;
  /** The output file that is being written: nothing can be removed that has one. */
  output: { key: string; offset: number; writer: OutputWriter } | null;
  /** The input file whose parts are being found. */
  input: { file_id: string; offset: number; parts: Blob[] } | null;
  /** The tasks that have output files from here. */
  owners: Set<string>;
  /** The input files from here. */
  added: string[];
}

async function takeIn(body: Blob, { store, files }: TransferHost, read: (bytes: number) => void): Promise<number> {
  const taking: Taking = {
    body,
    files,
    intake: store.intake(),
    records: 0,
    expected: new Map(),
    output: null,
    input: null,
    owners: new Set(),
    added: [],
  };
  try {
    await takeRecords(taking, read);
    return await taking.intake.commit();
  } catch (error) {
    // One that cannot be read at all has its number from its reader.
    if (error instanceof BrokenExport) error.record ??= taking.records;
    await taking.intake.abort();
    await taking.output?.writer.abort();
    for (const task_id of taking.owners) await files.removeOutputs(task_id);
    for (const file_id of taking.added) await files.removeInput(file_id);
    throw error;
  }
}

/** `read` is told how far it has come, in bytes. */
async function takeRecords(taking: Taking, read: (bytes: number) => void): Promise<void> {
  let ended = false;
  let last = 0;
  for await (const record of readRecords(taking.body.stream())) {
    const { at, end } = record;
    taking.records += 1;
    const head = headOf(record);
    last = at;
    read(end);
    if (ended) throw new BrokenExport(at, 'Something follows the end.');
    if ((head.kind === 'holdfast') !== (taking.records === 1))
      throw new BrokenExport(at, 'This is no export of Holdfast.');
    const open = taking.output ?? taking.input;
    if (open && head.kind !== (taking.output ? 'output' : 'input')) throw new BrokenExport(at, 'A file is cut short.');
    if (head.kind === 'task') await takeTask(taking, record, head);
    if (head.kind === 'output') await takeOutput(taking, record, head);
    if (head.kind === 'input') await takeInput(taking, record, head);
    if (head.kind === 'end') {
      if (head.records !== taking.records) throw new BrokenExport(at, 'Records are missing.');
      ended = true;
    }
  }
  if (!ended) throw new BrokenExport(last, 'The file ends too early.');
  const missing = [...taking.expected].find(([, { wanted }]) => wanted);
  if (missing) throw new BrokenExport(last, `A file that a task goes on from is missing: ${missing[0]}.`);
}

const keyOf = (task_id: string, name: string) => JSON.stringify([task_id, name]);

async function takeTask({ intake, expected }: Taking, { at, body }: ExportRecord, head: HeadOf<'task'>) {
  const snapshot = decoded(body, at);
  if (snapshot.task.task_id !== head.task_id) throw new BrokenExport(at, 'The task is another than it says.');
  await intake.add(snapshot).catch((error: unknown) => {
    throw error instanceof NotTaken && error.reason === 'broken' ? new BrokenExport(at, error.message) : error;
  });
  const wanted = snapshot.task.status !== 'completed';
  for (const { name, size, mark } of expectedOutputs(snapshot)) {
    expected.set(keyOf(head.task_id, name), { size, mark, wanted });
  }
}

function decoded(bytes: Uint8Array<ArrayBuffer>, at: number): TaskSnapshot {
  try {
    return decodeSnapshot(bytes);
  } catch (error) {
    throw new BrokenExport(at, `The task cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
}

async function takeOutput(taking: Taking, { at, body }: ExportRecord, head: HeadOf<'output'>) {
  const { files, expected, owners } = taking;
  const { task_id, name, type, size, mark, offset } = head;
  const key = keyOf(task_id, name);
  const known = expected.get(key);
  if (known?.size !== size || known.mark !== mark) throw new BrokenExport(at, `No task here has the file ${name}.`);
  if (!taking.output) {
    owners.add(task_id);
    taking.output = { key, offset: 0, writer: await files.createOutput(task_id, name, type, mark) };
  }
  const { output } = taking;
  if (output.key !== key || output.offset !== offset) throw new BrokenExport(at, 'A file is cut short.');
  await output.writer.write(body);
  output.offset += body.length;
  if (output.offset < size) return;
  await output.writer.close();
  taking.output = null;
  if (output.offset > size) throw new BrokenExport(at, `${name} is longer than it says.`);
  expected.delete(key);
}

async function takeInput(taking: Taking, { at, end, body }: ExportRecord, head: HeadOf<'input'>) {
  const { files, added } = taking;
  const { file_id, name, type, last_modified: lastModified, size, offset } = head;
  taking.input ??= { file_id, offset: 0, parts: [] };
  const { input } = taking;
  if (input.file_id !== file_id || input.offset !== offset) throw new BrokenExport(at, 'A file is cut short.');
  // Of the file itself, which lies on a disk: Chromium keeps a blob of bytes in memory.
  input.parts.push(taking.body.slice(end - body.length, end));
  input.offset += body.length;
  if (input.offset < size) return;
  if (input.offset > size) throw new BrokenExport(at, `${name} is longer than it says.`);
  if (!(await files.input(file_id))) {
    added.push(file_id);
    await files.addInput(new File(input.parts, name, { type, lastModified }), name, file_id);
  }
  taking.input = null;
}
