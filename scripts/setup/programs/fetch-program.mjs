/** Gets a program into the checkout from the first source that has it. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findAllOnPath, findProgram } from './find-program.mjs';
import { hasKeptProgram, keepProgram } from './kept-program.mjs';
import { withLock } from '../lock.mjs';
import { ROOT, toolsFolder } from '../root.mjs';

/** @typedef {import('./programs.mjs').Program} Program */
/** @typedef {import('./programs.mjs').Found} Found */
/**
 * @typedef {object} FetchOptions
 * @property {string} work an empty folder of its own, inside .tools
 * @property {NodeJS.ProcessEnv} env
 * @property {import('../progress.mjs').Step} step
 */
/** @typedef {(options: FetchOptions) => Promise<{ path: string, source: string }>} Fetch */
/**
 * @typedef {object} InstallOptions
 * @property {import('../progress.mjs').Progress} progress
 * @property {string} [root]
 * @property {NodeJS.ProcessEnv} [env]
 */

/** No source has the program; `failures` says of each why. */
export class NotFetched extends Error {
  /** @param {readonly string[]} failures */
  constructor(failures) {
    super(failures.join('\n'));
    this.failures = failures;
  }
}

/**
 * Finds the program or gets it from the first of `sources` that has it; the checkout's lock lets one setup at a time
 * do so. Rejects with NotFetched when none has.
 * @param {Program} program
 * @param {() => readonly (readonly [name: string, fetch: Fetch])[]} sources
 * @param {InstallOptions} options
 * @returns {Promise<Found>}
 */
export async function installProgram(program, sources, { progress, root = ROOT, env = process.env }) {
  const find = () => findProgram(program, { root, env });
  const fetch = () => fetchProgram(program, sources(), { progress, root, env });
  return (await find()) ?? (await withLock(root, { progress, work: async () => (await find()) ?? fetch() }));
}

/**
 * @param {Program} program
 * @param {readonly (readonly [name: string, fetch: Fetch])[]} sources
 * @param {Required<InstallOptions>} options
 */
async function fetchProgram(program, sources, { progress, root, env }) {
  const { name: what, minimumVersion } = program;
  for (const { path, version } of await findAllOnPath(program, env)) {
    progress.say(`${path} is ${what} ${version}, older than ${minimumVersion}: not used`);
  }
  if (hasKeptProgram(program, root)) {
    progress.say(`the ${what} in .tools is not the one that was put there: getting it again`);
  }
  removeLeftovers(root);
  /** @type {string[]} */
  const failures = [];
  for (const [name, fetch] of sources) {
    const work = join(toolsFolder(root), `work-${process.pid}-${name}`);
    mkdirSync(work);
    const step = progress.begin(`${what}, ${name} way`);
    try {
      const found = await keepProgram(program, root, await fetch({ work, env, step }));
      step.end(`${found.version} from ${found.source}`);
      return found;
    } catch (error) {
      step.end('did not work');
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      // A file of a download that was given up may be coming into being just now: then this is tried again.
      rmSync(work, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    }
  }
  throw new NotFetched(failures);
}

/**
 * What a killed setup left behind; this one holds the lock, so nobody works there.
 * @param {string} root
 */
function removeLeftovers(root) {
  for (const name of readdirSync(toolsFolder(root)).filter((entry) => entry.startsWith('work-'))) {
    rmSync(join(toolsFolder(root), name), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
