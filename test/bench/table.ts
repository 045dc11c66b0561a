/** Figures as cells of the table that `npm run bench` prints. */
import { type Aim, type Figure, isMet, type Spread } from './figure.ts';

export const cellsOf = (row: string, figure: Figure): string[] => {
  const { what, unit, ours, other, ratio, aims } = figure;
  return [
    row,
    what,
    `${spread(ours)} ${unit}`,
    `${spread(other)} ${unit}, ${other.what}`,
    `${spread(ratio)}×`,
    aims.map((aim) => `${isMet(figure, aim) ? 'met' : 'MISSED'}: ${aimed(aim, unit)}`).join('; '),
  ];
};

const spread = ({ value, low, high }: Spread) =>
  low === high ? short(value) : `${short(value)} (${short(low)}–${short(high)})`;

const aimed = ({ of, is, value }: Aim, unit: string) =>
  `${is} ${of === 'ratio' ? `${value}×` : `${value.toLocaleString('en')} ${unit}`}${of === 'over' ? ' more' : ''}`;

/** Three digits, as many as a shared machine deserves. */
const short = (value: number) =>
  value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(value >= 10 ? 3 : 2)));
