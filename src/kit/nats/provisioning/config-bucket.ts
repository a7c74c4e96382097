/**
 * The key-value bucket with live configuration, which every running replica follows. A bucket is a stream with one
 * subject per key. It is read with the same replay as an event stream, which survives connection losses and broker
 * restarts.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, JetStreamApiError, StorageType, type JetStreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { Msg, NatsConnection } from 'nats';
import { messageOf } from '../../domain/error-message.ts';
import { brokerErrors } from '../connection/broker-errors.ts';
import type { Connection } from '../connection/connection.ts';
import { keyOperationHeader, markerReasonHeader } from '../connection/headers.ts';
import { replay, type Replay } from '../stream/replay.ts';

export type ConfigValues = ReadonlyMap<string, string>;

export type FollowConfigOptions = {
  /** Name of the bucket, which all services of the product share. */
  readonly bucket: string;
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  /** Called with all values once they are known and after every change. Without a bucket, the map is empty. */
  onValues(values: ConfigValues): void;
  /** Called with the reason when the bucket cannot be read. The previous values remain in effect. */
  onFailure(reason: string): void;
};

/** Delay before the bucket is looked up again after it was missing or the replay ended, in ms. */
const lookupMs = 1_000;
/** Longer delay after an error while connected, in ms: the broker logs every permissions violation. */
const errorLookupMs = 5_000;

/** Follows the bucket until `stop` is called, even if the bucket is deleted or recreated. */
export function followConfig(options: FollowConfigOptions): { stop(): Promise<void> } {
  const { connection, jsm, bucket } = options;
  const configStream = `KV_${bucket}`;
  const keyPrefix = `$KV.${bucket}.`;
  const stopping = new AbortController();
  const { signal } = stopping;
  let endFollowing = (): void => undefined;

  /** Returns the number of messages in the bucket; undefined if it does not exist. */
  async function countMessages(): Promise<number | undefined> {
    try {
      return (await jsm.streams.info(configStream)).state.messages;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === brokerErrors.streamNotFound) return undefined;
      throw error;
    }
  }

  /** Reads the bucket from the start and follows it until the replay is interrupted or stopped. */
  async function follow(isEmpty: boolean) {
    const values = new Map<string, string>();
    let isComplete = isEmpty;
    if (isEmpty) options.onValues(values);
    let source: Replay | undefined;
    await new Promise<void>((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      endFollowing = resolve;
      source = replay({
        connection,
        jsm,
        stream: configStream,
        after: 0,
        onMessage(message) {
          const key = message.subject.slice(keyPrefix.length);
          if (isRemoval(message)) values.delete(key);
          else values.set(key, message.string());
          // Until all existing keys have been read, the remaining keys would appear to be absent.
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
      let delayMs = lookupMs;
      try {
        const count = await countMessages();
        if (count === undefined) options.onValues(new Map());
        else await follow(count === 0);
      } catch (error) {
        options.onFailure(messageOf(error));
        if (connection.isUp) delayMs = errorLookupMs;
      }
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    }
  }
  const running = run();

  return {
    stop() {
      stopping.abort();
      endFollowing();
      return running;
    },
  };
}

function isRemoval({ headers }: Msg): boolean {
  return Boolean(headers?.has(keyOperationHeader) || headers?.has(markerReasonHeader));
}

/** Creates the bucket if it does not exist. An existing bucket and its configuration are not changed. */
export async function provisionConfigBucket(nc: NatsConnection, bucket: string, replicas = 1): Promise<void> {
  const description = 'Live configuration of running replicas: log level and rate limits.';
  // `checkAPI: false` avoids a request for the account limits, for which the provisioner needs no permission.
  const buckets = new Kvm(jetstream(nc, { checkAPI: false }));
  await buckets.create(bucket, { storage: StorageType.File, replicas, history: 5, description });
}
