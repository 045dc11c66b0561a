/** What of the browsers' differences applies here: asked of this browser where it can be asked, else as it was measured. */
import { type SystemStrings, systemStrings } from './strings.ts';

export type Engine = keyof SystemStrings['facts']['engines'];

export interface Fact {
  text: string;
  /** Null: asked of this browser just now; else the version that it was measured in. */
  measured: string | null;
}

/** The versions that the measurements were made with. */
const versions: Record<Exclude<Engine, 'unknown'>, string> = {
  chromium: 'Chromium 156',
  firefox: 'Firefox 153',
  webkit: 'WebKitGTK 2.50',
};

/** Every iOS browser is a WebKit, whatever it calls itself; there the others' names are CriOS and FxiOS. */
export function engineOf(userAgent: string): Engine {
  if (/Firefox\//.test(userAgent)) return 'firefox';
  if (/Chrom(?:e|ium)\//.test(userAgent)) return 'chromium';
  return /AppleWebKit\//.test(userAgent) ? 'webkit' : 'unknown';
}

export function factsOf(engine: Engine): Fact[] {
  const texts = systemStrings().facts;
  const cores = navigator.hardwareConcurrency;
  const either = (holds: boolean, [yes, no]: readonly [string, string]) => ({ text: holds ? yes : no, measured: null });
  const measured = engine === 'unknown' ? [] : measuredOf(engine).map((text) => ({ text, measured: versions[engine] }));
  return [
    { text: texts.cores(cores, Math.max(1, cores - 1)), measured: null },
    either(typeof navigator.storage?.getDirectory === 'function', texts.opfs),
    either('showOpenFilePicker' in window, texts.handles),
    either('showSaveFilePicker' in window, texts.picker),
    either(typeof navigator.storage?.persist === 'function', texts.persist),
    either('onfreeze' in document, texts.freeze),
    ...('body' in Request.prototype ? [] : [{ text: texts.body, measured: null }]),
    ...measured,
  ];
}

function measuredOf(engine: Exclude<Engine, 'unknown'>): string[] {
  const texts = systemStrings().facts;
  switch (engine) {
    case 'chromium':
      return [texts.eventSource, texts.cut, texts.update, texts.hardReload, texts.busy];
    case 'firefox':
      return [texts.idle, texts.cut, texts.eventSourceWorks];
    case 'webkit':
      return [texts.eventSourceWorks];
  }
}
