/**
 * Group commit: stores concurrent appends as one atomic batch when that is faster. With `sync_interval: always`, the broker
 * syncs each message to disk, but a batch only once. A batch has a cost of its own, though: on a stream with one replica, as
 * much as 10 to 40 messages. So both costs are measured, as the time in which this process waits for the broker.
 */

import { JetStreamApiError } from '@nats-io/jetstream';
import { maxBatchLength, type OutgoingMessage } from './atomic-batch.ts';

/** Position of the last message. `duplicate`: it was stored before. */
export type Acknowledgement = { readonly seq: number; readonly duplicate: boolean };

/** Stores all messages or none. */
export type Publish = (messages: readonly OutgoingMessage[]) => Promise<Acknowledgement>;

type Waiting = {
  readonly messages: readonly OutgoingMessage[];
  resolve(acknowledgement: Acknowledgement | Promise<Acknowledgement>): void;
  reject(error: unknown): void;
};

/** A batch has to be this much faster, because the costs vary. */
const margin = 1.5;
/** Cost of a batch before one was measured, in ms. */
const initialBatchMs = 4;
/** Fewer appends at once are always published one by one. */
const minGroup = 24;
/** The cost of an append is measured only while this many are in flight. That of a single one is the latency of the broker. */
const minMeasured = 8;
/** Limits of a measurement, in ms: beyond them, it is a pause of the broker or of the machine. */
const maxAppendMs = 5;
const maxBatchMs = 20;
/** Weights of a new measurement. */
const appendWeight = 1 / 64;
const batchWeight = 1 / 4;
/** A cost that is not measured, because the other way is taken, is forgotten by this factor: so it is measured again. */
const forgottenByBatch = 0.98;
const forgottenByAppend = 0.999;

/**
 * Returns a function that publishes the messages of an append, whose result is the same alone or in a batch. The appends of an
 * event loop turn are published in one go, so that the client sends them with one socket write.
 *
 * @param publish publishes messages with one acknowledgement
 * @param idleMs returns how long this process has been idle, in ms since its start
 */
export function createGroupCommit(publish: Publish, idleMs: () => number): Publish {
  let waiting: Waiting[] = [];
  let scheduled: NodeJS.Immediate | undefined;
  let inFlight = 0;
  let isBatchInFlight = false;
  let appendMs = 0;
  let batchMs = initialBatchMs;
  let lastIdleMs = 0;

  function schedule() {
    scheduled ??= setImmediate(flush);
  }

  function flush() {
    scheduled = undefined;
    if (waiting.length === 0 || isBatchInFlight) return;
    const count = inFlight + waiting.length;
    const isBatchFaster = count >= minGroup && count * appendMs > margin * batchMs;
    // The acknowledgement of the last append in flight flushes again.
    if (isBatchFaster && inFlight > 0) return;
    if (inFlight === 0) lastIdleMs = idleMs();
    const appends = takeBatch();
    if (isBatchFaster && appends.length > 1) void publishTogether(appends);
    else for (const append of appends) void publishAlone(append);
    if (waiting.length > 0) schedule();
  }

  /** Takes the appends that fit into a batch. */
  function takeBatch(): Waiting[] {
    let length = 0;
    const end = waiting.findIndex(({ messages }) => (length += messages.length) > maxBatchLength);
    const count = end < 0 ? waiting.length : Math.max(1, end);
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  }

  async function publishAlone({ messages, resolve, reject }: Waiting) {
    inFlight += 1;
    await publish(messages).then(resolve, reject);
    const idle = idleMs();
    if (inFlight >= minMeasured) {
      appendMs += (Math.min(idle - lastIdleMs, maxAppendMs) - appendMs) * appendWeight;
      batchMs += (initialBatchMs - batchMs) * (1 - forgottenByAppend);
    }
    lastIdleMs = idle;
    inFlight -= 1;
    if (waiting.length > 0) schedule();
  }

  async function publishTogether(appends: readonly Waiting[]) {
    isBatchInFlight = true;
    try {
      const { seq } = await publish(appends.flatMap(({ messages }) => messages));
      let position = seq;
      for (const { messages, resolve } of appends.toReversed()) {
        resolve({ seq: position, duplicate: false });
        position -= messages.length;
      }
    } catch (error) {
      for (const append of appends) {
        // Nothing was stored: the expectation of one append may have failed, or its message is a duplicate.
        if (error instanceof JetStreamApiError) append.resolve(publish(append.messages));
        else append.reject(error);
      }
    }
    batchMs += (Math.min(idleMs() - lastIdleMs, maxBatchMs) - batchMs) * batchWeight;
    appendMs *= forgottenByBatch;
    isBatchInFlight = false;
    if (waiting.length > 0) schedule();
  }

  return (messages) =>
    new Promise((resolve, reject) => {
      waiting.push({ messages, resolve, reject });
      schedule();
    });
}
