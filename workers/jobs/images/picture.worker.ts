/** A thread that makes pictures: some codecs would keep the job's own from hearing for seconds. */
import { pictureOf } from './picture.ts';
import { type Answer, fitted, type Made, type Order } from './plan.ts';

const THUMBNAIL = { width: 96, height: 96, percent: 100 };
const THUMBNAIL_QUALITY = 70;

async function made(order: Order): Promise<Made> {
  const picture = await pictureOf(order);
  try {
    const size = fitted(picture, order);
    return {
      ...size,
      bytes: await picture.encoded(size, order.to, order.quality, order.best),
      thumbnail: order.thumbnail
        ? await picture.encoded(fitted(picture, THUMBNAIL), 'jpeg', THUMBNAIL_QUALITY, false)
        : null,
    };
  } finally {
    picture.close();
  }
}

const post = (answer: Answer, transfer: ArrayBuffer[] = []) => self.postMessage(answer, { transfer });

self.onmessage = ({ data }: MessageEvent<Order>) =>
  made(data).then(
    (made) => post({ made }, [made.bytes.buffer]),
    (error: unknown) =>
      post({ error: error instanceof Error || error instanceof DOMException ? error.message : String(error) }),
  );

post('ready');
