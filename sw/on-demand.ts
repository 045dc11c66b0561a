/**
 * What few requests need: export, import and the descriptions as JSON Schema. In a build it is a script of its own, which the service
 * worker loads with the first of those requests (`scripts/on-demand-script.mjs`); everywhere else it is a module like any other.
 */
import { jsonSchema, openApi } from './openapi.ts';
import { exportHeaders, exportStream, importAll } from './transfer.ts';

const parts = { exportHeaders, exportStream, importAll, jsonSchema, openApi };

export const onDemand = (): typeof parts => parts;
