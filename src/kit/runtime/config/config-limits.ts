/** What the REST door lets in, and how much of it at once; all of it harmless unless the environment says otherwise. */

import { z } from 'zod';
import type { RateLimit } from '../../http/server/rate-limit.ts';
import type { ServerLimits } from '../../http/server/listen.ts';

/** A whole number of at least `min`. */
export const WholeNumber = (min: number, max = 1_000_000_000) =>
  z
    .string()
    // Number(' ') is 0.
    .regex(/^\d+$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

/** A number of seconds, fractions allowed, as milliseconds. */
const Seconds = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+(?:\.\d+)?$/, 'expected a number of seconds')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .transform((seconds) => Math.round(seconds * 1000));

/** What browsers send as Origin, `https://shop.example.com`; or `*` alone. */
const Origins = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine(
    (origins) => (origins.length === 1 && origins[0] === '*') || origins.every(isOrigin),
    'expected * alone, or origins such as https://shop.example.com: scheme, host, port, nothing else',
  );

function isOrigin(text: string): boolean {
  return !text.includes('*') && URL.canParse(text) && new URL(text).origin === text;
}

export const limitsEnvironment = {
  CORS_ORIGINS: Origins.optional(),
  HSTS_MAX_AGE_SECONDS: WholeNumber(0).default(0),
  HEADERS_TIMEOUT_SECONDS: Seconds(0.1, 600).default(10_000),
  REQUEST_TIMEOUT_SECONDS: Seconds(0.1, 3600).default(30_000),
  MAX_CONNECTIONS: WholeNumber(0).default(0),
  MAX_WAITS: WholeNumber(1).default(1_000),
  RATE_LIMIT_PER_SECOND: WholeNumber(0).default(0),
  RATE_LIMIT_BURST: WholeNumber(0).optional(),
  TRUST_PROXY: WholeNumber(0, 20).default(0),
};

type Variables = z.infer<z.ZodObject<typeof limitsEnvironment>>;

export type LimitsConfig = {
  /** Origins whose pages may use the service from a browser; `*`: all. */
  readonly corsOrigins: readonly string[];
  /** Seconds for which browsers should come by HTTPS only; 0: not said. */
  readonly hstsMaxAgeSeconds: number;
  readonly server: ServerLimits;
  /** How many requests may wait for a position at once. */
  readonly maxWaits: number;
  /** Per client. */
  readonly rateLimit: RateLimit;
  /** How many proxies in front are believed in what X-Forwarded-For says. */
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
    rateLimit: { perSecond: variables.RATE_LIMIT_PER_SECOND, burst: variables.RATE_LIMIT_BURST },
    trustedProxies: variables.TRUST_PROXY,
  };
}

/** What the variables must be to each other; Node refuses headers that may take longer than their request. */
export function checkLimits(variables: Variables, report: (name: string, message: string) => void): void {
  if (variables.HEADERS_TIMEOUT_SECONDS > variables.REQUEST_TIMEOUT_SECONDS) {
    report('HEADERS_TIMEOUT_SECONDS', 'may not be longer than REQUEST_TIMEOUT_SECONDS');
  }
  if (variables.RATE_LIMIT_BURST !== undefined && variables.RATE_LIMIT_PER_SECOND === 0) {
    report('RATE_LIMIT_BURST', 'means nothing without RATE_LIMIT_PER_SECOND');
  }
}
