/** How many requests one client may send: so many a second, and now and then a burst of more. */

import { isIPv6 } from 'node:net';
import type { Context } from 'koa';
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../../domain/problem.ts';

export type RateLimit = {
  /** Requests that a client may send in every second; 0: any number. */
  readonly perSecond: number;
  /** Requests beyond those that it may send within {@link burstSeconds}; undefined: twice `perSecond`. */
  readonly burst: number | undefined;
};

/** The limit of a service; it can be changed while requests are counted. */
export type RateLimiter = {
  /** Counts a request for its client, and rejects with `too-many-requests` for one too many; undefined: there is no limit. */
  readonly count: ((ctx: Context) => Promise<void>) | undefined;
  /** Begins anew with this limit: what was counted until now is forgotten. */
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

/** The headers are set either way. */
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
      describeRest(ctx, await limiter.consume(clientOf(ctx.ip)));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      describeRest(ctx, error);
      ctx.set('Retry-After', String(toSeconds(error)));
      throw new Problem('too-many-requests', `A client may send ${perSecond} requests a second here.`);
    }
  };
}

/** draft-ietf-httpapi-ratelimit-headers: what is left of this second, and how long it lasts. */
function describeRest(ctx: Context, rest: RateLimiterRes): void {
  ctx.set('RateLimit', `"steady";r=${rest.remainingPoints};t=${toSeconds(rest)}`);
}

function toSeconds({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1000));
}

/** One client is one IPv4 address, or one IPv6 network: a household has 2^64 addresses of those. */
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
