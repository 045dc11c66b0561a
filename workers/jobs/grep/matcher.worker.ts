/** The thread that matches: what it is doing cannot be interrupted, but it can be terminated. */
import type { Answer, Start } from './matcher.ts';
import { NoAnswer, type Order, search } from './search.ts';

const post = (answer: Answer, transfer: ArrayBuffer[] = []) => self.postMessage(answer, { transfer });

let regex: RegExp | undefined;

self.onmessage = ({ data }: MessageEvent<Start | Order>) => {
  if ('source' in data) {
    regex = new RegExp(data.source, data.flags);
    return;
  }
  if (!regex) throw new Error('a block before the pattern');
  try {
    const found = search(data, regex, (at) => post({ at }));
    // The block goes back: whoever asked has no copy of it in one piece.
    post({ found: { ...found, bytes: data.bytes } }, [data.bytes.buffer, found.hits.buffer, found.ranges.buffer]);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    post({ tooDeep: { at: error.at, why: error.message } });
  }
};

post('ready');
