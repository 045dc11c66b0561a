/** What the browser can do while nobody looks, and how it is asked for. */
import type { Notices } from '../notices-model.ts';
import { choose } from '../preferences.ts';
import { strings } from '../strings.ts';

export const canKeepAwake = 'wakeLock' in navigator;

export const canNotify = 'Notification' in window && 'serviceWorker' in navigator;

/** Has to follow a click. True when there will be notifications. */
export async function wantNotifications(notices: Pick<Notices, 'show'>): Promise<boolean> {
  const answer = await Notification.requestPermission();
  choose.notify(answer === 'granted');
  if (answer === 'denied') notices.show(strings.manners.denied);
  return answer === 'granted';
}
