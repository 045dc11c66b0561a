/** How the app behaves while nobody looks at it: its title and icon, a word at the end of a long task, a screen that stays awake. */
import type { Ready } from '../app-model.ts';
import type { Notices } from '../notices-model.ts';
import type { Router } from '../route.ts';
import { keepAwake } from './awake.ts';
import { showInTab } from './in-tab.ts';
import { tellOfEnds } from './told.ts';

/** Returns the stop. */
export function openManners(app: Ready, router: Router, notices: Notices): () => void {
  const stops = [showInTab(app, router), tellOfEnds(app, notices), keepAwake(app, notices)];
  return () => {
    for (const stop of stops) stop();
  };
}
