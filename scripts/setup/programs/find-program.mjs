/** Finds a program that is new enough: the one that is named, else the first on PATH, else the kept one. */
import { findOnPath } from '../command.mjs';
import { findKeptProgram } from './kept-program.mjs';
import { isNewEnough, readVersion } from './programs.mjs';
import { ROOT } from '../root.mjs';

/** @typedef {import('./programs.mjs').Program} Program */
/** @typedef {import('./programs.mjs').Found} Found */

/**
 * The one that its variable names, else the first on PATH that is new enough, else the one in .tools, its checksum
 * checked. Rejects when the variable names an unusable one.
 * @param {Program} program
 * @param {{ root?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<Found | undefined>}
 */
export async function findProgram(program, { root = ROOT, env = process.env } = {}) {
  return (
    (await findNamed(program, env)) ??
    (await findAllOnPath(program, env)).find(({ version }) => isNewEnough(program, version)) ??
    (await findKeptProgram(program, root))
  );
}

/**
 * Those on PATH, also the old ones.
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
async function findNamed(program, env) {
  const { name, variable, minimumVersion } = program;
  const path = env[variable];
  if (path === undefined || path === '') return undefined;
  const version = await readVersion(program, path, env).catch((error) => {
    throw new Error(`${variable} cannot be used: ${error.message}`, { cause: error });
  });
  if (isNewEnough(program, version)) return { path, version, source: variable };
  throw new Error(`${variable} names ${path}, ${name} ${version}; ${minimumVersion} or newer is needed.`);
}
