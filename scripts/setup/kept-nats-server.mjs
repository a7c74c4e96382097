/** Keeps one checked nats-server in the ignored .tools folder. */
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
import { isNewEnough, MINIMUM_VERSION, readVersion } from './nats-server-version.mjs';
import { toolsFolder } from './root.mjs';

/** @param {string} root */
const binaryFile = (root) => join(toolsFolder(root), 'nats-server');
/** @param {string} root */
const recordFile = (root) => join(toolsFolder(root), 'nats-server.json');

/** @param {string} root */
export const hasKeptNatsServer = (root) => existsSync(binaryFile(root));

/**
 * The kept binary, if it is the very one that was put there and runs.
 * @param {string} root
 * @returns {Promise<import('./nats-server.mjs').NatsServer | undefined>}
 */
export async function findKeptNatsServer(root) {
  const path = binaryFile(root);
  try {
    const { version, sha256, source } = JSON.parse(readFileSync(recordFile(root), 'utf8'));
    if (hashFile(path) !== sha256 || !isNewEnough(version)) return undefined;
    return (await readVersion(path)) === version ? { path, version, source } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Checks a fetched binary and moves it into place. Binary and record are two renames: a crash between them leaves
 * a pair that does not match, which counts as nothing kept.
 * @param {string} root
 * @param {{ path: string, source: string }} fetched on the same file system as .tools
 * @returns {Promise<import('./nats-server.mjs').NatsServer>}
 */
export async function keepNatsServer(root, { path, source }) {
  chmodSync(path, 0o755);
  const version = await readVersion(path);
  if (!isNewEnough(version)) throw new Error(`nats-server ${version} is older than ${MINIMUM_VERSION}`);
  const record = `${path}.json`;
  writeFileSync(record, JSON.stringify({ version, sha256: hashFile(path), source }, undefined, 2));
  flush(path);
  flush(record);
  renameSync(path, binaryFile(root));
  renameSync(record, recordFile(root));
  return { path: binaryFile(root), version, source };
}

/** @param {string} path */
const hashFile = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** @param {string} path */
function flush(path) {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}
