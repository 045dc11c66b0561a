/** The thread that matches: what it is doing cannot be interrupted, but it can be terminated. */
import type { Answer, Start } from './matcher.ts';
import { type Order, search } from './search.ts';

const post = (answer: Answer) => self.postMessage(answer);

let regex: RegExp | undefined;

self.onmessage = ({ data }: MessageEvent<Start | Order>) => {
  if ('source' in data) {
    regex = new RegExp(data.source, data.flags);
    return;
  }
  if (!regex) throw new Error('a block before the pattern');
  post({ found: search(data, regex, (at) => post({ at })) });
};

post('ready');
