/** Lets one setup work at a time in a checkout, and takes over from one that died. */
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { toolsFolder } from './root.mjs';

const HEARTBEAT_MS = 2_000;
const SILENT_MS = 30_000;
const BREAKER_SILENT_MS = 5_000;
const POLL_MS = 100;

/**
 * Runs the work while holding the checkout's lock; waits for another holder, however long it works.
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
    if (!isAnnounced) progress.say(`waiting for another setup (${readHolder(lock) ?? 'just ended'})`);
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
 * Stale is: its process is gone, or, as a process id says nothing on another host or in another container,
 * no heartbeat for long.
 * @param {string} lock
 */
function isStale(lock) {
  if (isSilent(lock, SILENT_MS)) return true;
  const [host, pid] = (readHolder(lock) ?? '').split(' ');
  return host === hostname() && pid !== undefined && !isRunning(Number(pid));
}

/**
 * Two waiters may find the same stale lock: without the breaker the slower one would remove the quicker one's
 * new lock.
 * @param {string} lock
 */
function removeStale(lock) {
  const breaker = `${lock}.breaker`;
  if (!tryCreate(breaker, '')) {
    if (isSilent(breaker, BREAKER_SILENT_MS)) rmSync(breaker, { force: true });
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
 * @param {number} silentMs
 */
function isSilent(path, silentMs) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > silentMs;
}

/** @param {string} path */
function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Somebody removed the lock by hand: the work goes on, its results are still put in place atomically.
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
