/**
 * Settings that an operator can change while a service runs: `nats kv put portside-config laptops.log-level debug`. A key
 * with the prefix `<service>.` applies to that service and takes precedence over the key without a prefix, which applies
 * to all services. Without a key, the value from the environment applies.
 */

import { isDeepStrictEqual } from 'node:util';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { z } from 'zod';
import type { ServiceIdentity } from '../../domain/product.ts';
import type { RateLimit, RateLimiter } from '../../http/server/rate-limit.ts';
import { followConfig, type ConfigValues } from '../../nats/provisioning/config-bucket.ts';
import type { Connection } from '../../nats/connection/connection.ts';
import { LogLevelText, type Config, type LogLevel } from './config.ts';
import { wholeNumber } from './config-limits.ts';
import type { Logger } from '../observability/logger.ts';

/** Valid keys, without the service prefix. */
const settingNames = ['log-level', 'rate-limit-per-second', 'rate-limit-burst'] as const;

const Count = wholeNumber(0);

export type LiveSettings = { readonly logLevel: LogLevel; readonly rateLimit: RateLimit };

export type LiveConfigOptions = {
  /** The service's name. */
  readonly name: string;
  /** The settings from the environment. */
  readonly initial: LiveSettings;
  /** Called when a setting has changed. */
  onChange(settings: LiveSettings, previous: LiveSettings): void;
  /** Called once for each invalid value or unknown key. The previous setting remains in effect. */
  onInvalid(invalid: { readonly key: string; readonly value: string; readonly reason: string }): void;
};

/** Returns a function that applies the current values of the bucket. Call it after every change. */
export function createLiveConfig(options: LiveConfigOptions): (values: ConfigValues) => void {
  const { name, initial } = options;
  /** The previous values, so that an invalid value is reported only once. */
  let reported: ConfigValues = new Map();
  let current = initial;

  return (values) => {
    const reportInvalid = (key: string, value: string, reason: string) => {
      if (reported.get(key) !== value) options.onInvalid({ key, value, reason });
    };

    /** Returns the value of the setting's key, `previous` if that value is invalid, or `fallback` if there is no key. */
    function read<T>(
      setting: (typeof settingNames)[number],
      schema: z.ZodType<T>,
      previous: T,
      fallback: T,
    ): T {
      const key = [`${name}.${setting}`, setting].find((candidate) => values.has(candidate));
      if (key === undefined) return fallback;
      const value = values.get(key) ?? '';
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      reportInvalid(key, value, parsed.error.issues.map(({ message }) => message).join('; '));
      return previous;
    }

    const previous = current;
    current = {
      logLevel: read('log-level', LogLevelText, previous.logLevel, initial.logLevel),
      rateLimit: {
        perSecond: read(
          'rate-limit-per-second',
          Count,
          previous.rateLimit.perSecond,
          initial.rateLimit.perSecond,
        ),
        burst: read('rate-limit-burst', Count.optional(), previous.rateLimit.burst, initial.rateLimit.burst),
      },
    };
    for (const [key, value] of values) {
      const setting = key.startsWith(`${name}.`) ? key.slice(name.length + 1) : key;
      // A remaining dot means that the key belongs to another service.
      const isOwn = !setting.includes('.');
      if (isOwn && settingNames.every((known) => known !== setting)) {
        reportInvalid(key, value, 'unknown setting');
      }
    }
    reported = new Map(values);
    if (!isDeepStrictEqual(current, previous)) options.onChange(current, previous);
  };
}

/** Follows the bucket and applies its values to the logger and the rate limiter. */
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
    onChange(settings, previous) {
      logger.level = settings.logLevel;
      logger.info({ bucket, ...settings }, 'configuration changed');
      // A change resets the counters of the limiter, so an unchanged limit is not applied again.
      if (!isDeepStrictEqual(settings.rateLimit, previous.rateLimit)) rateLimiter.change(settings.rateLimit);
    },
    onInvalid: (invalid) => logger.warn({ bucket, ...invalid }, 'invalid configuration value ignored'),
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
      // A lost connection is logged elsewhere. A repeated reason is logged once.
      if (connection.isUp && reason !== failure) {
        logger.warn({ bucket, reason }, 'configuration bucket unavailable; retrying');
      }
      failure = reason;
    },
  });
}
