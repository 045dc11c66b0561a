/** The headers of the app's own files, as a static host may not set them. They hold for every load after the first. */

/** The page's `<meta>` says the same for the first load, but for `frame-ancestors`, which a `<meta>` cannot. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "style-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  // The one of `src/core/trusted.ts`.
  'trusted-types default',
].join('; ');

export const FRAME_ANCESTORS = "frame-ancestors 'self'";

const headers: Record<string, string> = {
  'Content-Security-Policy': `${CONTENT_SECURITY_POLICY}; ${FRAME_ANCESTORS}`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * The same file, guarded: documents and the scripts of workers each have a policy of their own. One that is guarded already goes on as
 * it is, and nobody looks at its `body`: only so it comes straight from the cache, whole though the service worker is stopped meanwhile
 * (measured, Chromium 156).
 */
export function guarded(file: Response): Response {
  if (Object.entries(headers).every(([name, value]) => file.headers.get(name) === value)) return file;
  const { body, status, statusText } = file;
  return new Response(body, { status, statusText, headers: { ...Object.fromEntries(file.headers), ...headers } });
}
