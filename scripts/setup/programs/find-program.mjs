import { findOnPath } from '../command.mjs';
import { findCachedProgram } from './program-cache.mjs';
import { isNewEnough, readVersion } from './programs.mjs';
import { ROOT } from '../root.mjs';

/** @typedef {import('./programs.mjs').Program} Program */
/** @typedef {import('./programs.mjs').Found} Found */

/**
 * Returns the program named by its environment variable; otherwise the first one on PATH that is new enough; otherwise the
 * one in .tools, if its checksum matches. Rejects if the variable names an unusable program.
 * @param {Program} program
 * @param {{ root?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<Found | undefined>}
 */
export async function findProgram(program, { root = ROOT, env = process.env } = {}) {
  return (
    (await findFromVariable(program, env)) ??
    (await findAllOnPath(program, env)).find(({ version }) => isNewEnough(program, version)) ??
    (await findCachedProgram(program, root))
  );
}

/**
 * Returns all installations on PATH, including outdated ones.
 * @param {Program} program
 * @param {NodeJS.ProcessEnv} env
 */
export async function findAllOnPath(program, env) {
  /** @type {Found[]} */
  const found = [];
  for (const path of findOnPath(program.name, env)) {
    const version = await readVersion(program, path, env).catch(() => undefined);
    if (version !== undefined) found.push({ path, version, source: 'PATH' });
  }
  return found;
}

/**
 * @param {Program} program
 * @param {NodeJS.ProcessEnv} env
 */
async function findFromVariable(program, env) {
  const { name, variable, minimumVersion } = program;
  const path = env[variable];
  if (path === undefined || path === '') return undefined;
  const version = await readVersion(program, path, env).catch((error) => {
    throw new Error(`${variable} cannot be used: ${error.message}`, { cause: error });
  });
  if (isNewEnough(program, version)) return { path, version, source: variable };
  throw new Error(`${variable} names ${path}, ${name} ${version}; ${minimumVersion} or newer is required.`);
}
