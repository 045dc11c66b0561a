/** What the worker says to the service worker of Hono's streams. */

export const CHANNEL = 'hono';

/** On the BroadcastChannel: what becomes the `data` of an event. */
export type Tick = { id: string; n: number; data: string };
