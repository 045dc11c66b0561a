/** What a picture leaves of its canvas. */
import { afterEach, expect, test, vi } from 'vitest';
import { pictureOf } from '../../../workers/jobs/images/picture.ts';
import type { Order } from '../../../workers/jobs/images/plan.ts';

const ORDER: Order = {
  ...{ bytes: new Uint8Array(1), format: 'png', to: 'png', width: null, height: null, percent: 100 },
  ...{ quality: 80, best: false, thumbnail: false, limit_megapixels: 50 },
};

afterEach(() => void vi.unstubAllGlobals());

const failing = () => {
  throw new Error('no memory');
};

test.each<[what: string, best: boolean, to: 'png' | 'jpeg']>([
  ['written by the browser', false, 'png'],
  ['read for a codec', true, 'jpeg'],
])('a canvas that cannot be %s gives its pixels back', async (_, best, to) => {
  const context = { fillRect: () => {}, setTransform: () => {}, drawImage: () => {}, getImageData: failing };
  const canvas = { width: 9, height: 9, getContext: () => context, convertToBlob: async () => failing() };
  vi.stubGlobal('createImageBitmap', async () => ({ width: 9, height: 9, close: () => {} }));
  vi.stubGlobal('OffscreenCanvas', function OffscreenCanvas() {
    return canvas;
  });
  const picture = await pictureOf(ORDER);
  await expect(picture.encoded(picture, to, 80, best)).rejects.toThrow('no memory');
  expect(canvas).toMatchObject({ width: 0, height: 0 });
});
