/** The types of columns: which kinds of cells there are, which type holds them all without loss, and a cell as its type has it. */
import { nestedJson } from './jsonl.ts';
import type { Cell } from './rows.ts';
import type { ColumnType } from './spec.ts';

/** Bits, so that all the kinds in a column are one number. */
export const kinds = {
  empty: 0,
  integer: 1,
  /** One that a number may not hold, but 64 bits do. */
  long: 2,
  real: 4,
  boolean: 8,
  date: 16,
  timestamp: 32,
  text: 64,
  json: 128,
  /** A real of more digits than a number holds. */
  decimal: 256,
} as const;
export type Kind = (typeof kinds)[keyof typeof kinds];
/** Of those a profile has a mean; as reals they may lose digits. */
export const numberKinds = kinds.integer | kinds.long | kinds.real | kinds.decimal;

const INTEGER = /^(?:0|-?[1-9]\d*)$/;
/** No leading zeros: what has them is a code, not a number. */
const REAL = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const BOOLEAN = /^(?:true|false)$/i;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIMESTAMP = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,3})?)?(?:Z|[+-](\d\d):(\d\d))?$/;
const MAX_INT64 = 2n ** 63n - 1n;
/** A number holds any digits that are no more than these. */
const SAFE_DIGITS = 15;
/** As many as can be compared. */
const MAX_DIGITS = 100;
/** What is nearer to zero has fewer digits. */
const LEAST = 2 ** -1022;

/** Of a cell of CSV. */
export function kindOf(cell: string): Kind {
  const first = cell.charCodeAt(0);
  // Digits, and what may stand before them.
  if ((first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46) return numberKind(cell);
  if (cell === '') return kinds.empty;
  return (cell.length === 4 || cell.length === 5) && BOOLEAN.test(cell) ? kinds.boolean : kinds.text;
}

function numberKind(cell: string): Kind {
  if (INTEGER.test(cell)) {
    if (cell.length <= SAFE_DIGITS || Number.isSafeInteger(Number(cell))) return kinds.integer;
    return cell.length <= 20 && isInt64(BigInt(cell)) ? kinds.long : kinds.text;
  }
  if (REAL.test(cell)) return realKind(cell, Number(cell));
  return timeKind(cell);
}

function realKind(cell: string, value: number): Kind {
  if (!Number.isFinite(value)) return kinds.text;
  // One of the characters is a point, a sign or an exponent.
  if (cell.length <= SAFE_DIGITS + 1 && (Math.abs(value) >= LEAST || !/e/i.test(cell))) return kinds.real;
  return String(value) === cell || holds(value, cell) ? kinds.real : kinds.decimal;
}

/** Whether the digits of a cell can be had from its number, but for zeros at their end. */
function holds(value: number, cell: string): boolean {
  if (cell.length > MAX_DIGITS) return false;
  const digits = digitsOf(cell);
  if (value === 0) return digits === '';
  if (digits.length <= SAFE_DIGITS && Math.abs(value) >= LEAST) return true;
  return digitsOf(value.toPrecision(digits.length)) === digits;
}

const digitsOf = (number: string): string =>
  number
    .replace(/e.*/i, '')
    .replace(/\D/g, '')
    .replace(/^0+|0+$/g, '');

function timeKind(cell: string): Kind {
  if (isDate(cell)) return kinds.date;
  return isTimestamp(cell) ? kinds.timestamp : kinds.text;
}

function isDate(cell: string): boolean {
  const [, year, month, day] = DATE.exec(cell) ?? [];
  if (!year) return false;
  const time = new Date(`${cell}T00:00:00Z`);
  return time.getUTCMonth() + 1 === Number(month) && time.getUTCDate() === Number(day);
}

const isClock = (hours = '', minutes = '') => Number(hours) < 24 && Number(minutes) < 60;

function isTimestamp(cell: string): boolean {
  const [, date, hour, minute, second = '0', offsetHours = '0', offsetMinutes = '0'] = TIMESTAMP.exec(cell) ?? [];
  if (!date || !isDate(date)) return false;
  return isClock(hour, minute) && Number(second) < 60 && isClock(offsetHours, offsetMinutes);
}

const isInt64 = (value: bigint) => value <= MAX_INT64 && value >= -MAX_INT64 - 1n;

/** Of a cell of JSON, whose strings are never numbers. */
export function kindOfJson(cell: Cell): Kind {
  switch (typeof cell) {
    case 'undefined':
      return kinds.empty;
    case 'string':
      return cell.length >= 10 && cell.length <= 29 ? timeKind(cell) : kinds.text;
    case 'number':
      return Number.isSafeInteger(cell) ? kinds.integer : kinds.real;
    case 'boolean':
      return kinds.boolean;
    case 'bigint':
      if (Number.isSafeInteger(Number(cell))) return kinds.integer;
      return isInt64(cell) ? kinds.long : kinds.text;
    default:
      return cell === null ? kinds.empty : kinds.json;
  }
}

/** The type that holds every kind of `mask` as it is written; text holds all. */
export function typeOf(mask: number): ColumnType {
  if (mask === 0) return 'text';
  if (mask & kinds.json) return 'json';
  if ((mask & ~(kinds.integer | kinds.long)) === 0) return 'integer';
  if ((mask & ~(kinds.integer | kinds.real)) === 0) return 'real';
  if (mask === kinds.boolean) return 'boolean';
  if (mask === kinds.date) return 'date';
  return mask === kinds.timestamp ? 'timestamp' : 'text';
}

const kindsIn: Record<ColumnType, number> = {
  integer: kinds.integer | kinds.long,
  real: numberKinds,
  boolean: kinds.boolean,
  date: kinds.date,
  timestamp: kinds.timestamp,
  text: -1,
  json: -1,
};

/** A cell as a column of some type has it. Dates and times stay as they are written. */
export type Value = string | number | bigint | boolean | null;

/** A cell that is not of the type that was asked for. */
export class Misfit extends Error {}

/** `typed`: cells of JSON have types of their own. */
export function valueIn(type: ColumnType, typed: boolean): (cell: Cell) => Value {
  const kind = typed ? kindOfJson : (cell: Cell) => kindOf(String(cell));
  if (type === 'text')
    return typed ? (cell) => (cell === null || cell === undefined ? null : textOf(cell)) : (cell) => String(cell);
  if (type === 'json')
    return typed
      ? (cell) => (cell === null || cell === undefined ? null : jsonOf(cell))
      : (cell) => (cell === '' ? null : checkedJson(String(cell)));
  const allowed = kindsIn[type];
  const convert = converters[type];
  return (cell) => {
    const found = kind(cell);
    if (found === kinds.empty) return null;
    if ((found & allowed) === 0) throw misfit(cell, type);
    return convert(cell, found);
  };
}

function checkedJson(cell: string): string {
  try {
    JSON.parse(cell);
    return cell;
  } catch {
    throw misfit(cell, 'json');
  }
}

const misfit = (cell: Cell, type: ColumnType) => new Misfit(`“${textOf(cell).slice(0, 40)}” is no ${type}`);

const converters: Record<Exclude<ColumnType, 'text' | 'json'>, (cell: Cell, kind: Kind) => Value> = {
  integer: (cell, kind) => (kind === kinds.integer ? Number(cell) : BigInt(String(cell))),
  real: (cell) => Number(cell),
  boolean: (cell) => (typeof cell === 'string' ? cell.toLowerCase() === 'true' : cell === true),
  date: String,
  timestamp: String,
};

const textOf = (cell: Cell): string => (typeof cell === 'object' ? jsonOf(cell) : String(cell));

/** A long integer keeps its digits. */
export function jsonOf(value: Cell): string {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'object' && value !== null ? nestedJson(value) : JSON.stringify(value ?? null);
}
