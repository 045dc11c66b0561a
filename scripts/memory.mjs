// How much memory a browser's pages take.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * The most memory that the largest renderer of a profile's browser had to itself since this was asked last, in MiB: without the
 * pages of Chromium's own file, which all its processes share. Linux alone tells.
 *
 * @param {string} profile
 */
export const peakMemory = (profile) => peakOf(profile, (command) => command.includes('--type=renderer'));

/**
 * The same of the browser's own process, which keeps the blobs of all pages.
 *
 * @param {string} profile
 */
export const browserMemory = (profile) => peakOf(profile, (command) => !command.includes('--type='));

/**
 * @param {string} profile
 * @param {(command: string) => boolean} isMeant
 */
function peakOf(profile, isMeant) {
  if (process.platform !== 'linux') return null;
  const peaks = processesOf(profile, isMeant).map((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const [peak, shared] = ['VmHWM', 'RssFile'].map((name) =>
      Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]),
    );
    // "5" makes the peak what it is now (proc(5)).
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return (Number(peak) - Number(shared)) / 1024;
  });
  return Math.max(...peaks);
}

/**
 * @param {string} profile
 * @param {(command: string) => boolean} isMeant
 */
function processesOf(profile, isMeant) {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        return [{ pid, parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') }];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
  const ours = new Set(processes.filter(({ command }) => command.includes(profile)).map(({ pid }) => pid));
  for (const { pid, parent } of processes) if (parent && ours.has(parent)) ours.add(pid);
  for (const { pid, parent } of processes) if (parent && ours.has(parent)) ours.add(pid);
  return processes.filter(({ pid, command }) => ours.has(pid) && isMeant(command)).map(({ pid }) => pid);
}
