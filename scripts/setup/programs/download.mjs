/** Downloads a file over HTTP with retries and an idle timeout. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

const ATTEMPTS = 3;

/**
 * @typedef {object} DownloadOptions
 * @property {import('../progress.mjs').Step} step
 * @property {number} [idleTimeoutMs] time without data until an attempt fails
 * @property {number} [retryDelayMs] delay before the second attempt; doubled before each further one
 */

/**
 * Retries after a connection error, a timeout, or the status 429 or 5xx, and rejects after three attempts. Rejects immediately
 * on any other HTTP error and on an unknown host.
 * @param {string} url
 * @param {string} path
 * @param {DownloadOptions} options
 */
export async function download(url, path, { step, idleTimeoutMs = 20_000, retryDelayMs = 500 }) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptDownload(url, path, { step, idleTimeoutMs });
    } catch (error) {
      const { reason, isFinal } = explain(error);
      if (isFinal || attempt === ATTEMPTS) {
        throw new Error(`${url}: ${reason}${attempt > 1 ? ` (${attempt} attempts)` : ''}`, { cause: error });
      }
      step.update(`${reason}, retrying`);
      await delay(retryDelayMs * 2 ** (attempt - 1));
    }
  }
}

/**
 * @param {string} url
 * @param {string} path
 * @param {{ step: import('../progress.mjs').Step, idleTimeoutMs: number }} options
 */
async function attemptDownload(url, path, { step, idleTimeoutMs }) {
  const controller = new AbortController();
  const abort = () => controller.abort(new Error(`no data for ${idleTimeoutMs / 1000} s`));
  let timer = setTimeout(abort, idleTimeoutMs);
  try {
    const response = await fetch(url, { signal: controller.signal });
    if (!response.ok || response.body === null) throw new HttpStatus(response.status);
    // With a content encoding, Content-Length is the compressed size, and fetch decompresses the body.
    const total = response.headers.has('content-encoding')
      ? 0
      : Number(response.headers.get('content-length'));
    let received = 0;
    const file = createWriteStream(path);
    const closed = new Promise((resolve) => file.once('close', () => resolve(undefined)));
    await pipeline(
      Readable.fromWeb(response.body),
      async function* (chunks) {
        for await (const chunk of chunks) {
          clearTimeout(timer);
          timer = setTimeout(abort, idleTimeoutMs);
          received += chunk.length;
          step.update(
            total > 0 ? `${Math.floor((100 * received) / total)} %` : `${Math.floor(received / 1024)} KiB`,
          );
          yield chunk;
        }
      },
      file,
      // Otherwise, a file that is still being opened could be created after its folder has been removed.
    ).finally(() => closed);
    // A broken connection may look like the end of the response.
    if (total > 0 && received !== total)
      throw new Error(`connection closed after ${received} of ${total} bytes`);
  } finally {
    clearTimeout(timer);
  }
}

class HttpStatus extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`HTTP ${status}`);
    this.isFinal = status < 500 && status !== 429;
  }
}

/** @param {unknown} error */
function explain(error) {
  if (error instanceof HttpStatus) return { reason: error.message, isFinal: error.isFinal };
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return { reason, isFinal: reason.includes('ENOTFOUND') };
}
