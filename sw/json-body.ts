/** A body of JSON, read within its limits. */
import { mediaType, whole } from './body.ts';
import { onDemand } from './on-demand.ts';
import { Refusal } from './problem.ts';

const MAX_JSON_BYTES = 1024 * 1024;

export async function readJson(request: Request): Promise<unknown> {
  const type = mediaType(request);
  if (type !== 'application/json') {
    const got = type ? `This one is ${type}.` : 'This one names no type.';
    throw new Refusal(415, 'unsupported-media-type', `The body has to be application/json. ${got}`);
  }
  const bytes = new Uint8Array(await whole(request.arrayBuffer()));
  if (bytes.length > MAX_JSON_BYTES) {
    throw new Refusal(
      413,
      'payload-too-large',
      `The body has ${bytes.length} bytes; at most ${MAX_JSON_BYTES} are taken.`,
    );
  }
  const text = decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    const position = onDemand().brokenAt(text);
    throw new Refusal(400, 'bad-request', `The body is not JSON: it breaks at position ${position}.`, { position });
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal(400, 'bad-request', 'The body is not UTF-8.');
  }
}
