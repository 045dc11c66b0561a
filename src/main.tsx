import { render } from 'preact';
import { connect, trustOwnScripts } from './client/index.ts';
import { App } from './ui/app.tsx';
import { createApp } from './ui/app-model.ts';
import { applyPreferences, language } from './ui/preferences.ts';
import { speak } from './ui/strings.ts';

trustOwnScripts();
applyPreferences();
await speak(language.peek());

const app = createApp(connect);
const root = document.querySelector('#app');
root?.replaceChildren();
if (root) render(<App app={app} />, root);

window.addEventListener('error', ({ error, message }) => app.notices.failed(error ?? message));
window.addEventListener('unhandledrejection', ({ reason }) => app.notices.failed(reason));

const client = await app.open();
if (client) Object.assign(globalThis, { holdfast: client });
