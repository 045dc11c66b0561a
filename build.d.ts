// What vite.config.ts defines, in the page, the service worker and the workers alike.
declare const __HOLDFAST_VERSION__: string;
