/** The site of one round: a build with the probe in front of its scripts, which goes offline and gets new versions. */
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve, serveNearby } from '../../scripts/serve.mjs';

const PROBE = fileURLToPath(new URL('probe.js', import.meta.url));
/** Entries of pages and workers, as Vite names them. */
const ENTRY = /^(?:index|main)-.*\.js$/;
const TEXT = /\.(?:js|html|css|webmanifest)$/;

/** Each round has a port that no other had: a browser that goes on to the next keeps what it stored for an origin. */
let nextPort = 0;
const FIRST_PORT = 10_980;
const RANGES = 20;

/** A range of 1,000 ports that no other process takes from while this one runs: nor when a site is offline, and its port is free. */
async function reservePorts() {
  for (let range = 0; range < RANGES; range += 1) {
    const mark = createServer().listen(FIRST_PORT + range, '127.0.0.1');
    // Rejects with what keeps it from listening.
    const held = await once(mark, 'listening').then(
      () => true,
      () => false,
    );
    mark.unref();
    if (held) return FIRST_PORT + RANGES + range * 1_000;
  }
  throw new Error(`${RANGES} other processes run rounds of faults.`);
}

/**
 * @param {string} dist
 */
export async function openSite(dist) {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-chaos-site-'));
  const root = join(folder, 'current');
  let version = 0;
  let schema = 0;

  async function stage() {
    const build = join(folder, String(version));
    await stageBuild(dist, build, { version, schema });
    const link = join(folder, 'next');
    await symlink(build, link);
    // At once, so that no request finds half of it.
    await rename(link, root);
  }

  await stage();
  nextPort ||= await reservePorts();
  let server = await serveNearby({ root, port: nextPort });
  const { url, origin, port } = server;
  nextPort = port + 1;
  let isOnline = true;

  return {
    url,
    origin,
    /** @param {boolean} wanted */
    async online(wanted) {
      if (wanted === isOnline) throw new Error(`it is ${wanted ? 'online' : 'offline'} already`);
      isOnline = wanted;
      if (wanted) server = await serve({ root, port });
      else await server.close();
    },
    /** Puts a new version there: other names for every asset, and with `migrate` another database version. @param {boolean} migrate */
    async deploy(migrate) {
      version += 1;
      if (migrate) schema += 1;
      await stage();
    },
    version: () => version,
    async close() {
      if (isOnline) await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * @param {string} dist
 * @param {string} build
 * @param {{ version: number, schema: number }} which
 */
async function stageBuild(dist, build, which) {
  const assets = await readdir(join(dist, 'assets'));
  /** @param {string} name */
  const renamed = (name) => (which.version === 0 ? name : name.replace(/(\.\w+)$/, `-${which.version}$1`));
  /** @param {string} text */
  const readdressed = (text) =>
    assets
      .reduce((done, name) => done.replaceAll(name, renamed(name)), text)
      // What is precached is fetched again only when its revision is another.
      .replaceAll(/"revision":"(\w+)"/g, `"revision":"$1-${which.version}"`);
  const probe = `globalThis.chaosBuild = ${JSON.stringify(which)};\n${await readFile(PROBE, 'utf8')}\n`;
  await cp(dist, build, { recursive: true });
  await rm(join(build, 'assets'), { recursive: true });
  await mkdir(join(build, 'assets'));
  for (const name of ['sw.js', 'index.html', ...assets.map((name) => join('assets', name))]) {
    const bytes = await readFile(join(dist, name));
    const to = join(build, name.startsWith('assets') ? renamed(name) : name);
    const isEntry = name === 'sw.js' || ENTRY.test(name.slice('assets/'.length));
    if (!TEXT.test(name)) await writeFile(to, bytes);
    else await writeFile(to, (isEntry ? probe : '') + readdressed(bytes.toString()));
  }
}
