#!/usr/bin/env node
// A static file server and nothing more, so that what works here works on any static host.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** @type {Record<string, string>} */
const types = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/**
 * Serves folders on localhost.
 *
 * @param {object} options
 * @param {string} [options.root] the folder at `mount`
 * @param {string} [options.mount] starts and ends with a slash; `/` unless told
 * @param {Record<string, string>} [options.mounts] more folders, by where they appear: `{ '/a/': 'dist' }`
 * @param {number} [options.port] 0, unless told: any free one
 * @param {(file: string) => void} [options.served] called with each file that goes out
 * @returns {Promise<{ origin: string, url: string, port: number, close: () => Promise<void> }>} `url` is the first mount's
 */
export async function serve({ root, mount = '/', mounts = {}, port = 0, served = () => {} }) {
  const all = { ...(root !== undefined && { [mount]: root }), ...mounts };
  const prefixes = Object.keys(all);
  const wrong = prefixes.find((prefix) => !/^\/(.*\/)?$/.test(prefix));
  if (wrong !== undefined) throw new TypeError(`The mount ${wrong} does not start and end with a slash.`);
  if (prefixes[0] === undefined) throw new TypeError('There is no folder to serve.');

  const server = createServer((request, response) => {
    answer(all, served, request, response).catch((error) => {
      console.error(error);
      refuse(response, 500, 'Internal Server Error');
    });
  });
  await new Promise((done, failed) => {
    server.once('error', failed).listen(port, 'localhost', () => done(server.off('error', failed)));
  });

  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  const origin = `http://localhost:${bound}`;
  return {
    origin,
    url: origin + prefixes[0],
    port: bound,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/**
 * @param {Record<string, string>} mounts
 * @param {(file: string) => void} served
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function answer(mounts, served, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return refuse(response, 405, 'Method Not Allowed');
  }
  const [pathname = '/', query] = (request.url ?? '/').split('?', 2);
  const path = locate(mounts, pathname);
  const found = path && (await stats(path));
  if (!found) return refuse(response, 404, 'Not Found');
  if (found.isDirectory() && !pathname.endsWith('/')) {
    // One leading slash: two would name another host.
    const location = `${pathname.replace(/^\/+/, '/')}/${query === undefined ? '' : `?${query}`}`;
    return response.writeHead(301, { Location: location }).end();
  }

  const file = found.isDirectory() ? join(path, 'index.html') : path;
  const size = found.isDirectory() ? (await stats(file))?.size : found.size;
  if (size === undefined || (pathname.endsWith('/') && !found.isDirectory())) return refuse(response, 404, 'Not Found');
  response.writeHead(200, {
    'Content-Type': types[extname(file)] ?? 'application/octet-stream',
    'Content-Length': size,
    'Cache-Control': 'no-cache',
  });
  if (request.method === 'HEAD') return response.end();
  served(file);
  // A client that leaves early ends the read; there is nobody left to tell.
  pipeline(createReadStream(file), response, () => {});
}

/**
 * @param {Record<string, string>} mounts
 * @param {string} pathname percent-encoded, as it came
 * @returns {string | undefined} a path inside the mount with the longest prefix that fits
 */
function locate(mounts, pathname) {
  const decoded = decode(pathname);
  if (decoded === undefined || decoded.includes('\0')) return;
  const prefix = Object.keys(mounts)
    .filter((candidate) => `${decoded}/`.startsWith(candidate))
    .sort((a, b) => b.length - a.length)[0];
  const root = prefix === undefined ? undefined : mounts[prefix];
  if (prefix === undefined || root === undefined) return;
  const base = resolve(root);
  const path = join(base, decoded.slice(prefix.length));
  return path === base || path.startsWith(base + sep) ? path : undefined;
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return;
  }
}

/** @param {string} path */
function stats(path) {
  return stat(path).catch(() => undefined);
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 * @param {string} text
 */
function refuse(response, status, text) {
  if (response.headersSent) return response.destroy();
  return response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

/**
 * @param {Parameters<typeof serve>[0] & { port: number }} options
 * @returns {ReturnType<typeof serve>} at the first free port from `port` on
 */
export async function serveNearby(options) {
  try {
    return await serve(options);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE') throw error;
    return serveNearby({ ...options, port: options.port + 1 });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string', default: '4173' }, mount: { type: 'string', default: '/' } },
  });
  const root = positionals[0] ?? fileURLToPath(new URL('../dist', import.meta.url));
  const { url } = await serveNearby({ root, mount: values.mount, port: Number(values.port) });
  console.log(url);
}
