/** A lock file that allows one setup at a time in a checkout. The lock of a dead process is taken over. */
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { toolsFolder } from './root.mjs';

const HEARTBEAT_MS = 2_000;
const HEARTBEAT_TIMEOUT_MS = 30_000;
const BREAKER_TIMEOUT_MS = 5_000;
const POLL_MS = 100;

/**
 * Runs `work` while holding the lock of the checkout. Waits for another holder without a timeout.
 * @template T
 * @param {string} root
 * @param {{ progress: import('./progress.mjs').Progress, work: () => Promise<T> }} job
 */
export async function withLock(root, { progress, work }) {
  mkdirSync(toolsFolder(root), { recursive: true });
  const lock = join(toolsFolder(root), 'setup.lock');
  const self = `${hostname()} ${process.pid}`;
  for (let isAnnounced = false; !tryCreate(lock, self);) {
    if (isStale(lock)) {
      removeStale(lock);
      continue;
    }
    if (!isAnnounced) progress.print(`waiting for another setup (${readHolder(lock) ?? 'just finished'})`);
    isAnnounced = true;
    await delay(POLL_MS);
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  const heartbeat = setInterval(() => touch(lock), HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.off('exit', release);
    release();
  }
}

/**
 * @param {string} path
 * @param {string} content
 */
function tryCreate(path, content) {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * A lock is stale if its process no longer exists or its heartbeat has timed out. The process id is only meaningful on the same
 * host and in the same container.
 * @param {string} lock
 */
function isStale(lock) {
  if (isIdle(lock, HEARTBEAT_TIMEOUT_MS)) return true;
  const [host, pid] = (readHolder(lock) ?? '').split(' ');
  return host === hostname() && pid !== undefined && !isRunning(Number(pid));
}

/**
 * Several waiting processes may detect the same stale lock. Without the breaker file, the slower one would remove the new lock of
 * the faster one.
 * @param {string} lock
 */
function removeStale(lock) {
  const breaker = `${lock}.breaker`;
  if (!tryCreate(breaker, '')) {
    if (isIdle(breaker, BREAKER_TIMEOUT_MS)) rmSync(breaker, { force: true });
    return;
  }
  try {
    if (isStale(lock)) rmSync(lock, { force: true });
  } finally {
    rmSync(breaker, { force: true });
  }
}

/** @param {string} path */
function readHolder(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * @param {string} path
 * @param {number} idleMs
 */
function isIdle(path, idleMs) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > idleMs;
}

/** @param {string} path */
function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // The lock was removed manually. The work continues, since its results are still moved into place atomically.
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
