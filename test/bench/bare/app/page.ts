/** The least that an app can be that works offline: a service worker answers, the page draws what it says, streams and long lists too. */
import { controlled } from '../controlled.ts';

export interface BareApp {
  /** Shows what that many streams say; returns the stop. */
  follow(streams: number): () => void;
  list(rows: number): void;
}

declare global {
  var bareApp: BareApp;
}

const main = document.querySelector('main') ?? document.body;
const row = (text: string) => Object.assign(document.createElement('p'), { textContent: text });

await controlled();
const names: unknown = await (await fetch('names')).json();
if (!Array.isArray(names)) throw new TypeError('These are no names.');
main.append(...names.map((name) => row(String(name))));
main.className = 'ready';

globalThis.bareApp = {
  follow(streams) {
    const sources = Array.from({ length: streams }, () => {
      const shown = row('');
      main.append(shown);
      const source = new EventSource('stream');
      source.onmessage = ({ data }) => {
        shown.textContent = data;
      };
      return source;
    });
    return () => {
      for (const source of sources) source.close();
    };
  },

  list(rows) {
    main.replaceChildren(...Array.from({ length: rows }, (_, i) => row(`Row ${i}`)));
  },
};
