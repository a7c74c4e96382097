/** Stores one verified binary of each program, with its checksum, in the git-ignored .tools folder. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isNewEnough, readVersion } from './programs.mjs';
import { toolsFolder } from '../root.mjs';

/** @typedef {import('./programs.mjs').Program} Program */
/** @typedef {import('./programs.mjs').Found} Found */

/**
 * @param {Program} program
 * @param {string} root
 */
function filesOf({ name }, root) {
  const binary = join(toolsFolder(root), name);
  return { binary, record: `${binary}.json` };
}

/**
 * @param {Program} program
 * @param {string} root
 */
export const hasCachedProgram = (program, root) => existsSync(filesOf(program, root).binary);

/**
 * Returns the cached binary if its checksum matches and it runs.
 * @param {Program} program
 * @param {string} root
 * @returns {Promise<Found | undefined>}
 */
export async function findCachedProgram(program, root) {
  const { binary: path, record } = filesOf(program, root);
  try {
    const { version, sha256, source } = JSON.parse(readFileSync(record, 'utf8'));
    if (hashFile(path) !== sha256 || !isNewEnough(program, version)) return undefined;
    return (await readVersion(program, path)) === version ? { path, version, source } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Verifies a fetched binary and moves it into the cache. The binary and its record are renamed separately. A crash in between
 * leaves a pair that does not match and is ignored.
 * @param {Program} program
 * @param {string} root
 * @param {{ path: string, source: string }} fetched `path` must be on the same file system as .tools
 * @returns {Promise<Found>}
 */
export async function cacheProgram(program, root, { path, source }) {
  chmodSync(path, 0o755);
  const version = await readVersion(program, path);
  if (!isNewEnough(program, version)) {
    throw new Error(`${program.name} ${version} is older than ${program.minimumVersion}`);
  }
  const fetched = { binary: path, record: `${path}.json` };
  writeFileSync(fetched.record, JSON.stringify({ version, sha256: hashFile(path), source }, undefined, 2));
  flush(fetched.binary);
  flush(fetched.record);
  const cached = filesOf(program, root);
  renameSync(fetched.binary, cached.binary);
  renameSync(fetched.record, cached.record);
  return { path: cached.binary, version, source };
}

/** @param {string} path */
const hashFile = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** @param {string} path */
function flush(path) {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}
