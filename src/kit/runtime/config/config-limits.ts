/** Limits and security settings of the REST API. */

import { z } from 'zod';
import type { BulkLimits } from '../../http/resource/route-context.ts';
import type { RateLimit } from '../../http/server/rate-limit.ts';
import type { ServerLimits } from '../../http/server/listen.ts';

/** Returns the schema of a whole number between `min` and `max`. */
export const wholeNumber = (
  min: number,
  max = 1_000_000_000,
  expected = `expected a whole number from ${min} to ${max}`,
) =>
  z
    .string()
    // Number(' ') is 0.
    .regex(/^\d+$/, expected)
    .transform(Number)
    .refine((number) => number >= min && number <= max, expected);

/** Returns a schema that converts seconds, with optional decimals, to milliseconds. */
export const durationMs = (min: number, max: number, expected = `expected seconds from ${min} to ${max}`) =>
  z
    .string()
    .regex(/^\d+(?:\.\d+)?$/, expected)
    .transform(Number)
    .refine((seconds) => seconds >= min && seconds <= max, expected)
    .transform((seconds) => Math.round(seconds * 1000));

export const HttpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });

/** A comma-separated list of origins, such as `https://shop.example.com`, or `*`. */
const Origins = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine(
    (origins) => (origins.length === 1 && origins[0] === '*') || origins.every(isOrigin),
    'expected *, or origins such as https://shop.example.com (scheme, host and optional port only)',
  );

function isOrigin(text: string): boolean {
  return !text.includes('*') && URL.canParse(text) && new URL(text).origin === text;
}

export const limitsEnvironment = {
  CORS_ORIGINS: Origins.optional(),
  HSTS_MAX_AGE_SECONDS: wholeNumber(0).default(0),
  HEADERS_TIMEOUT_SECONDS: durationMs(0.1, 600).default(10_000),
  REQUEST_TIMEOUT_SECONDS: durationMs(0.1, 3600).default(30_000),
  MAX_CONNECTIONS: wholeNumber(0).default(0),
  MAX_WAITS: wholeNumber(1).default(1_000),
  BULK_MAX_ROWS: wholeNumber(1, 1_000_000).default(10_000),
  BULK_MAX_BYTES: wholeNumber(1, 1_000_000_000).default(4 * 1024 * 1024),
  RATE_LIMIT_PER_SECOND: wholeNumber(0).default(0),
  RATE_LIMIT_BURST: wholeNumber(0).optional(),
  TRUST_PROXY: wholeNumber(0, 20).default(0),
};

type Variables = z.infer<z.ZodObject<typeof limitsEnvironment>>;

export type LimitsConfig = {
  /** Origins that CORS allows; `*` allows all. */
  readonly corsOrigins: readonly string[];
  /** `max-age` of the Strict-Transport-Security header, in seconds; 0 omits the header. */
  readonly hstsMaxAgeSeconds: number;
  readonly server: ServerLimits;
  /** Maximum number of requests that wait for a position concurrently. */
  readonly maxWaits: number;
  /** How much one request may add in rows. */
  readonly bulk: BulkLimits;
  /** Per client address. */
  readonly rateLimit: RateLimit;
  /** Number of trusted reverse proxies, whose X-Forwarded-For entries are used. */
  readonly trustedProxies: number;
};

export function toLimitsConfig(variables: Variables): LimitsConfig {
  return {
    corsOrigins: variables.CORS_ORIGINS ?? [],
    hstsMaxAgeSeconds: variables.HSTS_MAX_AGE_SECONDS,
    server: {
      headersTimeoutMs: variables.HEADERS_TIMEOUT_SECONDS,
      requestTimeoutMs: variables.REQUEST_TIMEOUT_SECONDS,
      maxConnections: variables.MAX_CONNECTIONS,
    },
    maxWaits: variables.MAX_WAITS,
    bulk: { maxRows: variables.BULK_MAX_ROWS, maxBytes: variables.BULK_MAX_BYTES },
    rateLimit: { perSecond: variables.RATE_LIMIT_PER_SECOND, burst: variables.RATE_LIMIT_BURST },
    trustedProxies: variables.TRUST_PROXY,
  };
}

/** Checks combinations of variables. Node.js rejects a headers timeout that exceeds the request timeout. */
export function checkLimits(variables: Variables, report: (name: string, message: string) => void): void {
  if (variables.HEADERS_TIMEOUT_SECONDS > variables.REQUEST_TIMEOUT_SECONDS) {
    report('HEADERS_TIMEOUT_SECONDS', 'must not exceed REQUEST_TIMEOUT_SECONDS');
  }
  if (variables.RATE_LIMIT_BURST !== undefined && variables.RATE_LIMIT_PER_SECOND === 0) {
    report('RATE_LIMIT_BURST', 'has no effect without RATE_LIMIT_PER_SECOND');
  }
}
