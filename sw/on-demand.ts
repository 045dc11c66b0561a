/**
 * What few requests need, and what is needed once, while this version is installed or takes over. In a build it is a script of its own,
 * which the service worker loads with the first of those requests (`scripts/on-demand-script.mjs`); everywhere else it is a module like
 * any other.
 */
import { filesOf } from '../src/core/files.ts';
import { snapshots } from '../src/core/idb-transfer.ts';
import { createBulk } from './bulk.ts';
import { erase } from './erase.ts';
import { exportHeaders, exportStream } from './export.ts';
import { addFile, stageShared } from './file-intake.ts';
import { serveFile } from './file-route.ts';
import { importAll } from './import.ts';
import { indexAsks } from './index-asks.ts';
import { brokenAt } from './json-position.ts';
import { stream, streamEvents, streamWithId } from './lesson.ts';
import { logAsJson } from './log.ts';
import { openFrom } from './notice.ts';
import { jsonSchema, openApi } from './openapi.ts';
import { taskAt } from './past.ts';
import { precache } from './precache.ts';
import { searching } from './search.ts';
import { settling } from './settling.ts';
import { takeOver } from './take-over.ts';

const parts = {
  addFile,
  brokenAt,
  createBulk,
  erase,
  exportHeaders,
  exportStream,
  filesOf,
  importAll,
  indexAsks,
  jsonSchema,
  logAsJson,
  openApi,
  openFrom,
  precache,
  searching,
  serveFile,
  settling,
  snapshots,
  stageShared,
  stream,
  streamEvents,
  streamWithId,
  takeOver,
  taskAt,
};

export const onDemand = (): typeof parts => parts;
