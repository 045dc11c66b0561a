/** What the jobs over tables and pictures do again after a kill. */
import { connect } from '../../../src/client/index.ts';
import type { Row } from '../bench.ts';
import { photo } from '../photo.ts';
import { killed } from '../redo.ts';
import { sales } from '../sales.ts';

const MIB = 1024 * 1024;
const PICTURES = 400;

export const row: Row = async () => {
  const client = await connect();
  const pictures = new Array<File>(PICTURES).fill(await photo());
  return [
    ...(await killed(client, 'table', [sales(128 * MIB)])),
    ...(await killed(client, 'images', pictures, { percent: 50 })),
  ];
};
