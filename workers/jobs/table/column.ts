/** What is learned of a column, cell by cell. All of it can be cloned. */
import { addDistinct, countDistinct, type Distinct, noneDistinct } from './distinct.ts';
import { addToHistogram, type Bin, binsOf, emptyHistogram, type Histogram } from './histogram.ts';
import type { Cell } from './rows.ts';
import type { ColumnType } from './spec.ts';
import { jsonOf, type Kind, kindOf, kindOfJson, kinds, numberKinds, typeOf } from './types.ts';

export interface Column {
  /** The kinds of its cells. */
  mask: number;
  filled: number;
  profile: Profile | null;
}

interface Profile {
  distinct: Distinct;
  /** `sum`: in units of `SUM_UNIT`. */
  numbers: { count: number; min: number | bigint; max: number | bigint; sum: number; histogram: Histogram };
  texts: { min: string; max: string } | null;
  /** How often each value is there, as long as they are few. */
  values: Map<string, number> | null;
}

/** A column, as the result describes it. */
export interface ColumnReport {
  name: string;
  type: ColumnType;
  empty: number;
  /** With `to: "profile"` only. */
  distinct?: { count: number; exact: boolean };
  min?: string | number | null;
  max?: string | number | null;
  mean?: number | null;
  histogram?: Bin[];
  values?: { value: string; count: number }[];
}

/** So many of the largest numbers have a sum that is one. A power of two takes no digit from it. */
const SUM_UNIT = 2 ** 32;
const FEW = 20;
/** As much of a text as is kept of it. */
const TEXT = 100;

export const newColumn = (profiled: boolean): Column => ({
  mask: 0,
  filled: 0,
  profile: profiled
    ? {
        distinct: noneDistinct(),
        numbers: {
          count: 0,
          min: Number.POSITIVE_INFINITY,
          max: Number.NEGATIVE_INFINITY,
          sum: 0,
          histogram: emptyHistogram(),
        },
        texts: null,
        values: new Map(),
      }
    : null,
});

/** `typed`: cells of JSON have types of their own. */
export function addCell(column: Column, cell: Cell, typed: boolean) {
  // Nothing that comes can make it less of a text.
  if (!column.profile && !typed && column.mask & kinds.text) {
    if (cell !== '') column.filled += 1;
    return;
  }
  const kind = typed ? kindOfJson(cell) : kindOf(String(cell));
  if (kind === kinds.empty) return;
  column.mask |= kind;
  column.filled += 1;
  if (column.profile) addToProfile(column.profile, typeof cell === 'string' ? cell : jsonOf(cell), kind);
}

function addToProfile(profile: Profile, text: string, kind: Kind) {
  profile.distinct = addDistinct(profile.distinct, text);
  if (kind & numberKinds) {
    const value = Number(text);
    const exact = kind === kinds.long ? BigInt(text) : value;
    const { numbers } = profile;
    numbers.count += 1;
    numbers.sum += value / SUM_UNIT;
    if (exact < numbers.min) numbers.min = exact;
    if (exact > numbers.max) numbers.max = exact;
    addToHistogram(numbers.histogram, value);
  }
  const { texts, values } = profile;
  if (!texts) profile.texts = { min: text.slice(0, TEXT), max: text.slice(0, TEXT) };
  else {
    if (text < texts.min) texts.min = text.slice(0, TEXT);
    if (text > texts.max) texts.max = text.slice(0, TEXT);
  }
  if (!values) return;
  const value = text.slice(0, TEXT);
  values.set(value, (values.get(value) ?? 0) + 1);
  if (values.size > FEW) profile.values = null;
}

/** An integer that no number holds is shown as text. */
const shownIn = (type: ColumnType, value: number | bigint) =>
  typeof value === 'bigint' && type === 'integer' ? String(value) : Number(value);

export function reportOf(name: string, column: Column, rows: number, type = typeOf(column.mask)): ColumnReport {
  const { profile } = column;
  const report = { name, type, empty: rows - column.filled };
  if (!profile) return report;
  const { numbers, texts, values } = profile;
  const numeric = (type === 'integer' || type === 'real') && numbers.count > 0;
  return {
    ...report,
    distinct: countDistinct(profile.distinct),
    min: numeric ? shownIn(type, numbers.min) : (texts?.min.toWellFormed() ?? null),
    max: numeric ? shownIn(type, numbers.max) : (texts?.max.toWellFormed() ?? null),
    mean: numeric ? (numbers.sum / numbers.count) * SUM_UNIT : null,
    histogram: numeric ? binsOf(numbers.histogram, type === 'integer') : [],
    values: [...(values ?? [])]
      .map(([value, count]) => ({ value: value.toWellFormed(), count }))
      .toSorted((a, b) => b.count - a.count),
  };
}
