/** How the browser of each engine is started; null where it is not there. */
import { findChromium } from '../../scripts/browser.mjs';
import { launchChromium } from './chromium.mjs';

/** @type {Record<import('./schedule.mjs').Engine, () => (() => Promise<import('./browser.mjs').Browser>) | null>} */
export const launchers = {
  chromium: () => (findChromium() ? launchChromium : null),
  firefox: () => null,
  webkit: () => null,
};
