/** What the person has chosen for this browser: theme, language, and whether single keys do something. */
import { effect, signal } from '@preact/signals';
import { type Language, languages, speak } from './strings.ts';

const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const named = <T extends string>(values: readonly T[], value: string | null): T | undefined =>
  values.find((each) => each === value);

const languageNames = Object.keys(languages) as Language[];

/** The first of the browser's languages that the page speaks. */
const spoken = (): Language =>
  navigator.languages.map((tag) => named(languageNames, tag.slice(0, 2))).find(Boolean) ?? 'en';

export const theme = signal<Theme>(named(themes, kept('theme')) ?? 'auto');
export const language = signal<Language>(named(languageNames, kept('language')) ?? spoken());
export const singleKeys = signal(kept('keys') !== 'off');
/** Off until the person wants it: each takes something. */
export const notify = signal(kept('notify') === 'on');
export const awake = signal(kept('awake') === 'on');

export const choose = {
  theme(value: Theme) {
    theme.value = value;
    keep('theme', value);
  },
  async language(value: Language) {
    if (!(await speak(value))) return;
    language.value = value;
    keep('language', value);
  },
  singleKeys(value: boolean) {
    singleKeys.value = value;
    keep('keys', value ? 'on' : 'off');
  },
  notify(value: boolean) {
    notify.value = value;
    keep('notify', value ? 'on' : 'off');
  },
  awake(value: boolean) {
    awake.value = value;
    keep('awake', value ? 'on' : 'off');
  },
};

/** Puts them on the document. Returns the stop. */
export const applyPreferences = (): (() => void) =>
  effect(() => {
    const root = document.documentElement;
    root.lang = language.value === 'zh' ? 'zh-Hans' : 'en';
    root.dataset.theme = theme.value;
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
      const own = meta.dataset.of === 'dark' ? 'dark' : 'light';
      const chosen = own === theme.value ? 'all' : 'not all';
      meta.media = theme.value === 'auto' ? `(prefers-color-scheme: ${own})` : chosen;
    }
  });

// A browser that blocks site data throws here: then a choice lasts as long as the page.
function kept(name: string): string | null {
  try {
    return localStorage.getItem(`holdfast:${name}`);
  } catch {
    return null;
  }
}

function keep(name: string, value: string) {
  try {
    localStorage.setItem(`holdfast:${name}`, value);
  } catch {}
}
