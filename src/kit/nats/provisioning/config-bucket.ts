/**
 * The key-value bucket whose values every replica follows while it runs. A bucket is a stream with one subject a key,
 * so it is read by the same replay as any stream, which holds through lost connections and restarts of the broker.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, JetStreamApiError, StorageType, type JetStreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { Msg, NatsConnection } from 'nats';
import { defaultProduct } from '../../domain/product.ts';
import { brokerErrors } from '../connection/broker-errors.ts';
import type { Connection } from '../connection/connection.ts';
import { keyOperationHeader, markerReasonHeader } from '../connection/headers.ts';
import { replay, type Replay } from '../stream/replay.ts';

/** Keys with their values, as text. */
export type ConfigValues = ReadonlyMap<string, string>;

export type FollowConfigOptions = {
  /** The bucket of the product, shared by all its services. */
  readonly bucket: string;
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  /** Is given all values after every change, and once they are known; none when there is no bucket. */
  onValues(values: ConfigValues): void;
  /** Called when the bucket cannot be asked for, with the reason; the values stay as they are. */
  onFailure(reason: string): void;
};

/** How often, in milliseconds, a bucket that is not there (any more) is looked for. */
const lookMs = 1_000;
/** And one that may not be asked for: the broker logs every time. */
const refusedMs = 5_000;

/** Follows the bucket, from now on and whatever happens to it, until it is told to stop. */
export function followConfig(options: FollowConfigOptions): { stop(): Promise<void> } {
  const { connection, jsm, bucket } = options;
  const configStream = `KV_${bucket}`;
  const keyPrefix = `$KV.${bucket}.`;
  const stopping = new AbortController();
  const { signal } = stopping;

  /** How many values there are; undefined: there is no bucket. */
  async function look(): Promise<number | undefined> {
    try {
      return (await jsm.streams.info(configStream)).state.messages;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === brokerErrors.streamNotFound) return undefined;
      throw error;
    }
  }

  /** Reads the bucket from its beginning, and on until something is doubtful. */
  async function read(isEmpty: boolean) {
    const values = new Map<string, string>();
    let isComplete = isEmpty;
    if (isEmpty) options.onValues(values);
    let source: Replay | undefined;
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      source = replay({
        connection,
        jsm,
        stream: configStream,
        after: 0,
        onMessage(message) {
          const key = message.subject.slice(keyPrefix.length);
          if (isRemoval(message)) values.delete(key);
          else values.set(key, message.string());
          // Until all of what was there is read, a key that is still to come would count as absent.
          isComplete ||= source?.pending === 0;
          if (isComplete) options.onValues(values);
        },
        onInterrupted(reason) {
          if (!isComplete) options.onFailure(reason);
          resolve();
        },
        onReplaced: () => resolve(),
      });
    });
    await source?.stop();
  }

  async function run() {
    while (!signal.aborted) {
      let pauseMs = lookMs;
      try {
        const count = await look();
        if (count === undefined) options.onValues(new Map());
        else await read(count === 0);
      } catch (error) {
        options.onFailure(error instanceof Error ? error.message : String(error));
        if (connection.isUp) pauseMs = refusedMs;
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
  const running = run();

  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}

function isRemoval({ headers }: Msg): boolean {
  return Boolean(headers?.has(keyOperationHeader) || headers?.has(markerReasonHeader));
}

/** Makes the bucket unless it is there; what it holds and how it was made stays as it is. */
export async function provisionConfigBucket(
  nc: NatsConnection,
  replicas = 1,
  bucket = defaultProduct.configBucket,
): Promise<void> {
  const description = 'What running replicas are told: log level and rate limits.';
  // Without the client's first question, what the account may use: the provisioner does not have to know that.
  const buckets = new Kvm(jetstream(nc, { checkAPI: false }));
  await buckets.create(bucket, { storage: StorageType.File, replicas, history: 5, description });
}
