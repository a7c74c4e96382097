/** Downloads or builds a program into .tools, trying several sources in order. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findAllOnPath, findProgram } from './find-program.mjs';
import { hasCachedProgram, cacheProgram } from './program-cache.mjs';
import { withLock } from '../lock.mjs';
import { ROOT, toolsFolder } from '../root.mjs';

/** @typedef {import('./programs.mjs').Program} Program */
/** @typedef {import('./programs.mjs').Found} Found */
/**
 * @typedef {object} FetchOptions
 * @property {string} work an empty work folder inside .tools
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

/** All sources failed; `failures` contains the reason for each. */
export class FetchError extends Error {
  /** @param {readonly string[]} failures */
  constructor(failures) {
    super(failures.join('\n'));
    this.failures = failures;
  }
}

/**
 * Finds the program, or fetches it from the first of `sources` that succeeds. The lock of the checkout allows one setup at a
 * time. Rejects with FetchError if all sources fail.
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
  const { name: programName, minimumVersion } = program;
  for (const { path, version } of await findAllOnPath(program, env)) {
    progress.print(`${path} is ${programName} ${version}, older than ${minimumVersion}: not used`);
  }
  if (hasCachedProgram(program, root)) {
    progress.print(`the ${programName} in .tools is outdated or damaged: fetching it again`);
  }
  removeLeftovers(root);
  /** @type {string[]} */
  const failures = [];
  for (const [name, fetch] of sources) {
    const work = join(toolsFolder(root), `work-${process.pid}-${name}`);
    mkdirSync(work);
    const step = progress.begin(`${programName} (${name})`);
    try {
      const found = await cacheProgram(program, root, await fetch({ work, env, step }));
      step.end(`${found.version} from ${found.source}`);
      return found;
    } catch (error) {
      step.end('failed');
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      // An aborted download may still be creating a file in the folder, so removal is retried.
      rmSync(work, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    }
  }
  throw new FetchError(failures);
}

/**
 * Removes the work folders of a killed setup. The caller holds the lock, so no other setup uses them.
 * @param {string} root
 */
function removeLeftovers(root) {
  for (const name of readdirSync(toolsFolder(root)).filter((entry) => entry.startsWith('work-'))) {
    rmSync(join(toolsFolder(root), name), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
