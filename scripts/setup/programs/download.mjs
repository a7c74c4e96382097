/** Downloads a file over HTTP, patiently with servers that stumble and never for ever. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

const ATTEMPTS = 3;

/**
 * @typedef {object} DownloadOptions
 * @property {import('../progress.mjs').Step} step
 * @property {number} [silenceMs] gives an attempt up when nothing arrives for this long
 * @property {number} [retryDelayMs] before the second attempt; each further one waits twice as long
 */

/**
 * Rejects when the address answers with an error or, three times, breaks off, falls silent or is overloaded.
 * @param {string} url
 * @param {string} path
 * @param {DownloadOptions} options
 */
export async function download(url, path, { step, silenceMs = 20_000, retryDelayMs = 500 }) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptDownload(url, path, { step, silenceMs });
    } catch (error) {
      const { reason, isFinal } = explain(error);
      if (isFinal || attempt === ATTEMPTS) {
        throw new Error(`${url}: ${reason}${attempt > 1 ? ` (${attempt} attempts)` : ''}`, { cause: error });
      }
      step.update(`${reason}, trying again`);
      await delay(retryDelayMs * 2 ** (attempt - 1));
    }
  }
}

/**
 * @param {string} url
 * @param {string} path
 * @param {{ step: import('../progress.mjs').Step, silenceMs: number }} options
 */
async function attemptDownload(url, path, { step, silenceMs }) {
  const silence = new AbortController();
  const giveUp = () => silence.abort(new Error(`nothing arrived for ${silenceMs / 1000} s`));
  let timer = setTimeout(giveUp, silenceMs);
  try {
    const response = await fetch(url, { signal: silence.signal });
    if (!response.ok || response.body === null) throw new HttpStatus(response.status);
    // Of what comes compressed, the length is not that of what arrives here.
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
          timer = setTimeout(giveUp, silenceMs);
          received += chunk.length;
          step.update(
            total > 0 ? `${Math.floor((100 * received) / total)} %` : `${Math.floor(received / 1024)} KiB`,
          );
          yield chunk;
        }
      },
      file,
      // A file that is still being opened would appear after its folder was cleared away.
    ).finally(() => closed);
    // A connection that is cut may look like one that has ended.
    if (total > 0 && received !== total) throw new Error(`cut off after ${received} of ${total} bytes`);
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
