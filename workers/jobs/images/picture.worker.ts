/** A thread that makes pictures: some codecs would keep the job's own from hearing for seconds. */
import { made } from './make.ts';
import type { Answer, Order } from './plan.ts';

const post = (answer: Answer, transfer: ArrayBuffer[] = []) => self.postMessage(answer, { transfer });

self.onmessage = ({ data }: MessageEvent<Order>) =>
  made(data).then(
    (made) => post({ made }, [made.bytes.buffer]),
    (error: unknown) =>
      post({ error: error instanceof Error || error instanceof DOMException ? error.message : String(error) }),
  );

post('ready');
