/** Every word on the page, in the language that is spoken: a file each in `strings/`, of which only that one is loaded. */
import { loadPart } from './part.ts';
import type { Strings } from './strings/en.ts';

export type { Strings };

/** What each language calls itself. */
export const languages = { en: 'English', zh: '中文' };
export type Language = keyof typeof languages;

const words: Record<Language, () => Promise<Strings>> = {
  en: () => import('./strings/en.ts').then(({ en }) => en),
  zh: () => import('./strings/zh.ts').then(({ zh }) => zh),
};

/** The words of the language that was chosen last. Read when they are shown, never kept; there from the first `speak` on. */
export let strings: Strings;

let wanted: Language;

/** Resolves once the words are there; false when another language was wanted meanwhile. */
export async function speak(language: Language): Promise<boolean> {
  wanted = language;
  const loaded = await loadPart(words[language]);
  if (wanted !== language) return false;
  strings = loaded;
  return true;
}
