/** Numbers, sizes and times in words. */
import { strings } from './strings.ts';

const { locale } = strings;
const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const sizes = units.map(
  (unit) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit,
      unitDisplay: unit === 'byte' ? 'long' : 'short',
      maximumFractionDigits: unit === 'byte' ? 0 : 1,
    }),
);
const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
// As this computer writes times, in every language of the page.
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Decimal units, as disks and networks count. */
export function size(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return sizes[step]?.format(bytes / 1000 ** step) ?? String(bytes);
}

export function amount(done: number, total: number | null, unit: string | null): string {
  const show = (value: number) => (unit === 'bytes' ? size(value) : number.format(value));
  const shown = total === null ? show(done) : strings.task.of(show(done), show(total));
  return unit === null || unit === 'bytes' ? shown : `${shown} ${unit}`;
}

/** Never says 100 before it is so. */
export const percent = (progress: number): string => `${Math.floor(progress)}%`;

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${number.format(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The clock's time for today, with the date for any other day. */
export function moment(instant: string, now = new Date()): string {
  const date = new Date(instant);
  return (date.toDateString() === now.toDateString() ? clock : calendar).format(date);
}

export const words = (error: unknown): string => (error instanceof Error ? error.message : String(error)) || 'unknown';
