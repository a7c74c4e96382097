/** Large answers are compressed, unless their bytes have a name. */

import { constants } from 'node:zlib';
import type { Context } from 'koa';
import compress from 'koa-compress';

/** Bytes below which compression saves less than it costs. */
const thresholdBytes = 2048;

/** Compresses the answer that stands in a context, if it is one to compress and its client can read that. */
export type Compression = (ctx: Context) => Promise<void>;

/** With levels at which compressing takes less time than making the text that is compressed. */
export function createCompression(): Compression {
  const middleware = compress({
    threshold: thresholdBytes,
    encodingPreference: ['br', 'gzip'],
    br: { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } },
    gzip: { level: 3 },
    deflate: false,
    zstd: false,
  });
  return async (ctx) => {
    if (isNamed(ctx)) return;
    const { body } = ctx;
    // As text at once: its length is asked for more than once.
    if (isPlainJson(body)) ctx.body = JSON.stringify(body);
    await middleware(ctx, () => Promise.resolve());
  };
}

/** A strong ETag names bytes, and compressed bytes would be others (RFC 9110, section 8.8.1). What has one is small. */
function isNamed({ res }: Context): boolean {
  const tag = res.getHeader('ETag');
  return typeof tag === 'string' && tag.startsWith('"');
}

function isPlainJson(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  return Array.isArray(body) || Object.getPrototypeOf(body) === Object.prototype;
}
