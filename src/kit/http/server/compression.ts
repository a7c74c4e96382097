import { constants } from 'node:zlib';
import type { Context } from 'koa';
import compress from 'koa-compress';
import type { PlainContext } from './plain-context.ts';

/** Smaller bodies are not compressed, because it would cost more than it saves. */
const thresholdBytes = 2048;

/** Compresses the response if its size, its type and the client's Accept-Encoding allow it. */
export type Compression = (ctx: Context) => Promise<void>;

/** The compression levels are chosen so that compressing a body takes less time than serializing it. */
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
    const tag = ctx.res.getHeader('ETag');
    if (!isCompressible(typeof tag === 'string' ? tag : undefined)) return;
    const { body } = ctx;
    // Serialize only once: Koa would serialize the body again whenever its length is read.
    if (isPlainJson(body)) ctx.body = JSON.stringify(body);
    await middleware(ctx, () => Promise.resolve());
  };
}

/**
 * A strong ETag identifies exact bytes, so the body must not be compressed (RFC 9110, section 8.8.1). All responses with a
 * strong ETag are small.
 */
export function isCompressible(entityTag: string | undefined): boolean {
  return entityTag?.startsWith('"') !== true;
}

/** Whether a compressible response has to be compressed, unless its media type or the value of Accept-Encoding prevents that. */
export function mayCompress({ req, content }: PlainContext): boolean {
  return (
    req.headers['accept-encoding'] !== undefined && content !== undefined && content.length >= thresholdBytes
  );
}

function isPlainJson(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  return Array.isArray(body) || Object.getPrototypeOf(body) === Object.prototype;
}
