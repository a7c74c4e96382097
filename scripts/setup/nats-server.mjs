/** Finds a nats-server that is new enough, or gets one into the checkout. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetchFromApt } from './apt.mjs';
import { findOnPath } from './command.mjs';
import { fetchFromGo } from './go.mjs';
import { findKeptNatsServer, hasKeptNatsServer, keepNatsServer } from './kept-nats-server.mjs';
import { withLock } from './lock.mjs';
import { isNewEnough, MINIMUM_VERSION, PINNED_VERSION, readVersion } from './nats-server-version.mjs';
import { fetchFromRelease } from './release.mjs';
import { ROOT, toolsFolder } from './root.mjs';

/**
 * @typedef {object} NatsServer
 * @property {string} path
 * @property {string} version for instance "2.15.2"
 * @property {string} source where it came from, for people
 */
/**
 * @typedef {object} FetchOptions
 * @property {string} work an empty folder of its own, inside .tools
 * @property {NodeJS.ProcessEnv} env
 * @property {import('./progress.mjs').Step} step
 */
/** @typedef {(options: FetchOptions) => Promise<{ path: string, source: string }>} Fetch */

/**
 * The default order is this one. apt first: seconds, signed by the distribution, through the mirror that the
 * machine already uses; where there is no apt it costs nothing. Then the project's release: seconds and pinned,
 * but not reachable from every network. Go last: pinned and verified too, but minutes of work for the processor.
 * @type {Record<string, Fetch>}
 */
const SOURCES = { apt: fetchFromApt, release: fetchFromRelease, go: fetchFromGo };

/**
 * The nats-server to use: the one that PORTSIDE_NATS_SERVER names, else the first on PATH that is new enough,
 * else the one in .tools, its checksum checked. Rejects when PORTSIDE_NATS_SERVER names an unusable one.
 * @param {{ root?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<NatsServer | undefined>}
 */
export async function findNatsServer({ root = ROOT, env = process.env } = {}) {
  return (
    (await findNamed(env)) ??
    (await findAllOnPath(env)).find(({ version }) => isNewEnough(version)) ??
    (await findKeptNatsServer(root))
  );
}

/**
 * Finds a nats-server or gets one from the first source that has one. Rejects with all that was tried, and why it
 * failed, when none has.
 * @param {{ progress: import('./progress.mjs').Progress, root?: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<NatsServer>}
 */
export async function installNatsServer({ progress, root = ROOT, env = process.env }) {
  return (
    (await findNatsServer({ root, env })) ??
    (await withLock(root, {
      progress,
      work: async () => (await findNatsServer({ root, env })) ?? (await fetchNatsServer(progress, root, env)),
    }))
  );
}

/**
 * @param {import('./progress.mjs').Progress} progress
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
async function fetchNatsServer(progress, root, env) {
  const sources = readSources(env);
  for (const { path, version } of await findAllOnPath(env)) {
    progress.say(`${path} is nats-server ${version}, older than ${MINIMUM_VERSION}: not used`);
  }
  if (hasKeptNatsServer(root)) {
    progress.say('the nats-server in .tools is not the one that was put there: getting it again');
  }
  removeLeftovers(root);
  /** @type {string[]} */
  const failures = [];
  for (const [name, fetch] of sources) {
    const work = join(toolsFolder(root), `work-${process.pid}-${name}`);
    mkdirSync(work);
    const step = progress.begin(`nats-server, ${name} way`);
    try {
      const server = await keepNatsServer(root, await fetch({ work, env, step }));
      step.end(`${server.version} from ${server.source}`);
      return server;
    } catch (error) {
      step.end('did not work');
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  throw new Error(describeFailures(failures));
}

/**
 * What a killed setup left behind; this one holds the lock, so nobody works there.
 * @param {string} root
 */
function removeLeftovers(root) {
  for (const name of readdirSync(toolsFolder(root)).filter((entry) => entry.startsWith('work-'))) {
    rmSync(join(toolsFolder(root), name), { recursive: true, force: true });
  }
}

/** @param {NodeJS.ProcessEnv} env */
function readSources(env) {
  const names = env['NATS_SERVER_SOURCES'] ?? Object.keys(SOURCES).join(',');
  return names.split(',').map((part) => {
    const name = part.trim();
    const fetch = SOURCES[name];
    if (fetch === undefined) {
      throw new Error(`NATS_SERVER_SOURCES names "${name}"; it knows ${Object.keys(SOURCES).join(', ')}.`);
    }
    return /** @type {const} */ ([name, fetch]);
  });
}

/** @param {NodeJS.ProcessEnv} env */
async function findNamed(env) {
  const path = env['PORTSIDE_NATS_SERVER'];
  if (path === undefined || path === '') return undefined;
  const version = await readVersion(path, env).catch((error) => {
    throw new Error(`PORTSIDE_NATS_SERVER cannot be used: ${error.message}`, { cause: error });
  });
  if (isNewEnough(version)) return { path, version, source: 'PORTSIDE_NATS_SERVER' };
  throw new Error(
    `PORTSIDE_NATS_SERVER names ${path}, nats-server ${version}; ${MINIMUM_VERSION} or newer is needed.`,
  );
}

/** @param {NodeJS.ProcessEnv} env */
async function findAllOnPath(env) {
  /** @type {NatsServer[]} */
  const found = [];
  for (const path of findOnPath('nats-server', env)) {
    const version = await readVersion(path, env).catch(() => undefined);
    if (version !== undefined) found.push({ path, version, source: 'PATH' });
  }
  return found;
}

/** @param {readonly string[]} failures */
const describeFailures = (failures) => `No nats-server ${MINIMUM_VERSION} or newer is here or could be got.

Tried:
${failures.map((failure) => `  ${failure.replaceAll('\n', '\n      ')}`).join('\n')}

Install one and run this again, for instance:
  Debian, Ubuntu  sudo apt-get install nats-server    (where "apt-cache policy nats-server" says 2.12 or newer)
  macOS           brew install nats-server
  Go              go install github.com/nats-io/nats-server/v2@v${PINNED_VERSION}    (its folder must be on PATH)
  Docker          docker run --rm -p 4222:4222 nats:${PINNED_VERSION} -js    then NATS_URL=nats://127.0.0.1:4222 npm start
  others          any binary of 2.12 or newer: PORTSIDE_NATS_SERVER=/path/to/nats-server npm start`;
