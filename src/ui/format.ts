/** Numbers, sizes and times in words. */
import type { Task } from '../client/index.ts';
import { strings } from './strings.ts';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Making a formatter is slow, using it is not; the language may change meanwhile. */
const formatters = (locale: string) => ({
  locale,
  sizes: units.map(
    (unit) =>
      new Intl.NumberFormat(locale, {
        style: 'unit',
        unit,
        unitDisplay: unit === 'byte' ? 'long' : 'short',
        maximumFractionDigits: unit === 'byte' ? 0 : 1,
      }),
  ),
  number: new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }),
});
let made: ReturnType<typeof formatters> | undefined;
function formats() {
  if (made?.locale !== strings.locale) made = formatters(strings.locale);
  return made;
}

// As this computer writes times, in every language of the page.
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const seconds = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Decimal units, as disks and networks count. */
export function size(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return formats().sizes[step]?.format(bytes / 1000 ** step) ?? String(bytes);
}

export function amount(done: number, total: number | null, unit: string | null): string {
  const show = (value: number) => (unit === 'bytes' ? size(value) : formats().number.format(value));
  const shown = total === null ? show(done) : strings.task.of(show(done), show(total));
  return unit === null || unit === 'bytes' ? shown : `${shown} ${strings.units[unit] ?? unit}`;
}

/** How much is done, where that is known. What is completed is whole. */
export const measured = ({ status, done, total, unit }: Pick<Task, 'status' | 'done' | 'total' | 'unit'>): string[] =>
  total !== null || done > 0 ? [amount(done, status === 'completed' ? null : total, unit)] : [];

/** What the job says, unless it only repeats the figures. */
export const said = ({ message, done, total }: Pick<Task, 'message' | 'done' | 'total'>): string[] =>
  message && message !== `${done} of ${total}` ? [message] : [];

/** Units a second, for people. */
export const speed = (rate: number, unit: string | null): string =>
  strings.task.perSecond(unit === 'bytes' ? size(rate) : formats().number.format(rate));

/** Never says 100 before it is so. */
export const percent = (progress: number): string => `${Math.floor(progress)}%`;

export function duration(ms: number): string {
  const { time } = strings;
  if (ms < 1000) return time.ms(Math.round(ms));
  if (ms < 10_000) return time.s(formats().number.format(ms / 1000));
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return time.s(String(seconds));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return time.min(minutes, seconds % 60);
  return time.h(Math.floor(minutes / 60), minutes % 60);
}

/** The clock's time to the second; `ms` since 1970. */
export const clockTime = (ms: number): string => seconds.format(ms);

/** The clock's time for today, with the date for any other day. */
export function moment(instant: string, now = new Date()): string {
  const date = new Date(instant);
  return (date.toDateString() === now.toDateString() ? clock : calendar).format(date);
}

export const words = (error: unknown): string => (error instanceof Error ? error.message : String(error)) || 'unknown';
