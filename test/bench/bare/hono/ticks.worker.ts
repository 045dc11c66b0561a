import { between, clock, pause } from '../../bench.ts';
import { CHANNEL, type Tick } from './protocol.ts';

export interface Ticks {
  id: string;
  count: number;
  low_ms: number;
  high_ms: number;
}

const channel = new BroadcastChannel(CHANNEL);

self.onmessage = async ({ data: { id, count, low_ms, high_ms } }: MessageEvent<Ticks>) => {
  for (let n = 1; n <= count; n += 1) {
    await pause(between(low_ms, high_ms));
    const data = { task_id: id, status: 'running', progress: n / count, message: String(clock()), done: n };
    channel.postMessage({ id, n, data: JSON.stringify(data) } satisfies Tick);
  }
};
