/** The thread that matches: what it is doing cannot be interrupted, but it can be terminated. */
import type { Answer, Start } from './matcher.ts';
import { type Order, search, type Wanted } from './search.ts';
import { skimmerOf } from './skim.ts';

const post = (answer: Answer, transfer: ArrayBuffer[] = []) => self.postMessage(answer, { transfer });

let wanted: Wanted | undefined;

self.onmessage = ({ data }: MessageEvent<Start | Order>) => {
  if ('source' in data) {
    const regex = new RegExp(data.source, data.flags);
    wanted = { regex, skimmer: data.skim ? skimmerOf(regex) : null };
    return;
  }
  if (!wanted) throw new Error('a block before the pattern');
  const found = search(data, wanted, (at) => post({ at }));
  // The block goes back: whoever asked has no copy of it in one piece.
  post({ found: { ...found, bytes: data.bytes } }, [data.bytes.buffer]);
};

post('ready');
