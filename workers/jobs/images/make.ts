/** Makes a picture into another. */
import { pictureOf } from './picture.ts';
import { fitted, limited, type Made, type Order } from './plan.ts';

const THUMBNAIL = { width: 96, height: 96, percent: 100 };
const THUMBNAIL_QUALITY = 70;

export async function made(order: Order): Promise<Made> {
  const picture = await pictureOf(order);
  try {
    limited('it has', picture, order.limit_megapixels);
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
