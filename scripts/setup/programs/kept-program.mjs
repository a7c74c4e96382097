/** Keeps one checked binary of each program in the ignored .tools folder. */
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
export const hasKeptProgram = (program, root) => existsSync(filesOf(program, root).binary);

/**
 * The kept binary, if it is the very one that was put there and runs.
 * @param {Program} program
 * @param {string} root
 * @returns {Promise<Found | undefined>}
 */
export async function findKeptProgram(program, root) {
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
 * Checks a fetched binary and moves it into place. Binary and record are two renames: a crash between them leaves
 * a pair that does not match, which counts as nothing kept.
 * @param {Program} program
 * @param {string} root
 * @param {{ path: string, source: string }} fetched on the same file system as .tools
 * @returns {Promise<Found>}
 */
export async function keepProgram(program, root, { path, source }) {
  chmodSync(path, 0o755);
  const version = await readVersion(program, path);
  if (!isNewEnough(program, version)) {
    throw new Error(`${program.name} ${version} is older than ${program.minimumVersion}`);
  }
  const fetched = { binary: path, record: `${path}.json` };
  writeFileSync(fetched.record, JSON.stringify({ version, sha256: hashFile(path), source }, undefined, 2));
  flush(fetched.binary);
  flush(fetched.record);
  const kept = filesOf(program, root);
  renameSync(fetched.binary, kept.binary);
  renameSync(fetched.record, kept.record);
  return { path: kept.binary, version, source };
}

/** @param {string} path */
const hashFile = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** @param {string} path */
function flush(path) {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}
