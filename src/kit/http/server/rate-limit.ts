/** Rate limit per client: a steady rate, plus a burst allowance over a longer window. */

import { isIPv6 } from 'node:net';
import type { Context } from 'koa';
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../../domain/problem.ts';

export type RateLimit = {
  /** Requests per second and client; 0: unlimited. */
  readonly perSecond: number;
  /** Additional requests per client within {@link burstSeconds}; undefined: twice `perSecond`. */
  readonly burst: number | undefined;
};

/** The rate limit of a service. It can be changed at runtime. */
export type RateLimiter = {
  /** Counts a request. Rejects with `too-many-requests` if the client exceeds the limit. Undefined if there is no limit. */
  readonly count: ((ctx: Context) => Promise<void>) | undefined;
  /** Applies a new limit and resets all counters. */
  change(limit: RateLimit): void;
};

export const burstSeconds = 10;

export function createRateLimiter(limit: RateLimit): RateLimiter {
  let count = createCount(limit);
  return {
    get count() {
      return count;
    },
    change(changed) {
      count = createCount(changed);
    },
  };
}

/** The returned function sets the RateLimit headers of accepted and rejected requests. */
function createCount({ perSecond, burst = perSecond * 2 }: RateLimit): RateLimiter['count'] {
  if (perSecond === 0) return undefined;
  const steady = new RateLimiterMemory({ keyPrefix: 'steady', points: perSecond, duration: 1 });
  const limiter =
    burst === 0
      ? steady
      : new BurstyRateLimiter(
          steady,
          new RateLimiterMemory({ keyPrefix: 'burst', points: burst, duration: burstSeconds }),
        );

  return async (ctx) => {
    ctx.set('RateLimit-Policy', `"steady";q=${perSecond};w=1`);
    try {
      setRateLimit(ctx, await limiter.consume(clientOf(ctx.ip)));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      setRateLimit(ctx, error);
      ctx.set('Retry-After', String(toSeconds(error)));
      throw new Problem(
        'too-many-requests',
        `The rate limit of ${perSecond} requests per second is exceeded. Retry later.`,
      );
    }
  };
}

/** draft-ietf-httpapi-ratelimit-headers: the remaining requests (r), and the seconds until the window ends (t). */
function setRateLimit(ctx: Context, usage: RateLimiterRes): void {
  ctx.set('RateLimit', `"steady";r=${usage.remainingPoints};t=${toSeconds(usage)}`);
}

function toSeconds({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1000));
}

/**
 * Returns the key under which a client is counted: its IPv4 address, or its IPv6 /64 network. An internet subscriber usually
 * has a whole /64, so a limit per IPv6 address could be evaded.
 */
export function clientOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail = ''] = address.split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = tail.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const network = [...before, ...zeros, ...after].slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
