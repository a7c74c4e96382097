/**
 * What an operator may change while a service runs: `nats kv put portside-config laptops.log-level debug`. A key with the
 * service's name before it is for that service, one without is for all; the service's own wins. Where neither has a
 * value, what the environment said holds.
 */

import { isDeepStrictEqual } from 'node:util';
import type { JetStreamManager } from '@nats-io/jetstream';
import { z } from 'zod';
import type { ServiceIdentity } from '../../domain/product.ts';
import type { RateLimit, RateLimiter } from '../../http/server/rate-limit.ts';
import { followConfig, type ConfigValues } from '../../nats/provisioning/config-bucket.ts';
import type { Connection } from '../../nats/connection/connection.ts';
import { logLevels, type Config, type LogLevel } from './config.ts';
import { WholeNumber } from './config-limits.ts';
import type { Logger } from '../observability/logger.ts';

/** The last part of every key that means something. */
const settingNames = ['log-level', 'rate-limit-per-second', 'rate-limit-burst'] as const;

const LogLevelText = z.enum(logLevels);
const Count = WholeNumber(0);

export type LiveSettings = { readonly logLevel: LogLevel; readonly rateLimit: RateLimit };

export type LiveConfigOptions = {
  /** The service's name. */
  readonly name: string;
  /** What the environment says. */
  readonly initial: LiveSettings;
  /** Called when something is different from before. */
  onChange(settings: LiveSettings, before: LiveSettings): void;
  /** Called once for a value or key that is wrong; what held before goes on. */
  onRefused(refused: { readonly key: string; readonly value: string; readonly reason: string }): void;
};

/** Takes the bucket's values as they are now, every time that they change. */
export function createLiveConfig(options: LiveConfigOptions): (values: ConfigValues) => void {
  const { name, initial } = options;
  /** What was seen last, so that nothing is told twice. */
  let seen: ConfigValues = new Map();
  let current = initial;

  return (values) => {
    const refuse = (key: string, value: string, reason: string) => {
      if (seen.get(key) !== value) options.onRefused({ key, value, reason });
    };

    /** The value of a setting: its key's, or `before` when that is wrong, or the environment's when there is none. */
    function take<T>(
      setting: (typeof settingNames)[number],
      schema: z.ZodType<T>,
      before: T,
      ofEnvironment: T,
    ): T {
      const key = [`${name}.${setting}`, setting].find((candidate) => values.has(candidate));
      if (key === undefined) return ofEnvironment;
      const value = values.get(key) ?? '';
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      refuse(key, value, parsed.error.issues.map(({ message }) => message).join('; '));
      return before;
    }

    const before = current;
    current = {
      logLevel: take('log-level', LogLevelText, before.logLevel, initial.logLevel),
      rateLimit: {
        perSecond: take(
          'rate-limit-per-second',
          Count,
          before.rateLimit.perSecond,
          initial.rateLimit.perSecond,
        ),
        burst: take('rate-limit-burst', Count.optional(), before.rateLimit.burst, initial.rateLimit.burst),
      },
    };
    for (const [key, value] of values) {
      const setting = key.startsWith(`${name}.`) ? key.slice(name.length + 1) : key;
      // With a dot it is another service's.
      const isOurs = !setting.includes('.');
      if (isOurs && settingNames.every((known) => known !== setting)) {
        refuse(key, value, 'there is no such setting');
      }
    }
    seen = new Map(values);
    if (!isDeepStrictEqual(current, before)) options.onChange(current, before);
  };
}

/** Follows the bucket for as long as the process runs: its values change this log and this limiter. */
export function followLiveConfig(
  { name, product: { configBucket: bucket } }: ServiceIdentity,
  { logLevel, limits: { rateLimit } }: Config,
  {
    connection,
    jsm,
    logger,
    rateLimiter,
  }: { connection: Connection; jsm: JetStreamManager; logger: Logger; rateLimiter: RateLimiter },
): { stop(): Promise<void> } {
  let failure: string | undefined;
  const onValues = createLiveConfig({
    name,
    initial: { logLevel, rateLimit },
    onChange(settings, before) {
      logger.level = settings.logLevel;
      logger.info({ bucket, ...settings }, 'configuration changed');
      // It forgets what it has counted, so it is left alone when it stays the same.
      if (!isDeepStrictEqual(settings.rateLimit, before.rateLimit)) rateLimiter.change(settings.rateLimit);
    },
    onRefused: (refused) => logger.warn({ bucket, ...refused }, 'invalid configuration value ignored'),
  });
  return followConfig({
    bucket,
    connection,
    jsm,
    onValues(values) {
      failure = undefined;
      onValues(values);
    },
    onFailure(reason) {
      // That the broker is away is told elsewhere, and the same thing only once.
      if (connection.isUp && reason !== failure) {
        logger.warn({ bucket, reason }, 'configuration bucket unavailable; retrying');
      }
      failure = reason;
    },
  });
}
