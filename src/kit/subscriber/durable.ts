/**
 * At-least-once delivery through a durable JetStream consumer. A message is acknowledged after it has been handled.
 *
 * Messages are pulled one at a time with plain requests. There is no long-lived pull session that could stall, and a lost
 * request does not affect the next one. Before the first pull, after every reconnect and after every failure, it checks that
 * the stream still holds what was read from it.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { AckPolicy, DeliverPolicy, JetStreamApiError, type ConsumerInfo } from '@nats-io/jetstream';
import { nanos, type Msg } from 'nats';
import { messageOf } from '../domain/error-message.ts';
import { brokerErrors } from '../nats/connection/broker-errors.ts';
import { parseAttempt, parseDelivery, type Delivery } from '../nats/stream/delivery.ts';
import { createStreamIdentity, StreamReplaced, type StreamIdentity } from '../nats/stream/stream-identity.ts';
import type { DeliveryLoop, EventDispatcher } from './event-dispatcher.ts';
import type { DurableOptions, Source } from './options.ts';
import { findStartPosition } from './start-position.ts';

/** Expiry of a pull request at the broker, in ms. */
const pullMs = 5_000;
/** Time after its expiry at which a pull request without a response is considered lost, in ms. */
const pullGraceMs = 2_000;
/** Delay after a failed pull request, in ms. */
const retryDelayMs = 250;

type DurableSource = Source & { readonly durable: DurableOptions };

export async function followDurably(
  source: DurableSource,
  dispatcher: EventDispatcher,
): Promise<DeliveryLoop> {
  const { connection, jsm, stream, durable } = source;
  const { name, maxAttempts = 5, retryMs = 500, confirmWithinMs = 10_000 } = durable;
  const identity = createStreamIdentity({ connection, jsm, stream });
  let position = await openConsumer(source, identity, confirmWithinMs);
  /** False until the stream has been checked on the current connection. */
  let isChecked = false;
  let stopped = false;
  let interrupt: () => void = () => undefined;

  /** Returns the next message, or undefined if none was delivered. */
  async function pull(): Promise<Msg | undefined> {
    const request = JSON.stringify({ batch: 1, expires: nanos(pullMs) });
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`;
    const interrupted = new Promise<undefined>((resolve) => (interrupt = () => resolve(undefined)));
    // The request multiplexer matches responses by subject, but a pulled message carries the subject of the event.
    const options = { timeout: pullMs + pullGraceMs, noMux: true };
    const response = connection.nc.request(subject, request, options).catch(() => undefined);
    const message = await Promise.race([response, interrupted]);
    if (stopped || message?.headers?.code === 408) return undefined;
    // After a reconnect, the message may be from another stream. It is not acknowledged, and is therefore delivered again.
    if (isChecked && message?.reply?.startsWith('$JS.ACK.')) return message;
    isChecked = false;
    await sleep(retryDelayMs);
    return undefined;
  }

  /** @throws StreamReplaced; Error if the consumer was deleted, because its position is lost then */
  async function checkStream(): Promise<void> {
    isChecked = true;
    const deleted = new Error(`the durable consumer ${name} of stream ${stream} was deleted`);
    try {
      const consumer = await findConsumer(source);
      await identity.check(Math.max(position, consumer?.delivered.stream_seq ?? 0));
      if (consumer === undefined) throw deleted;
    } catch (error) {
      if (error instanceof StreamReplaced || error === deleted) throw error;
      if (hasCode(error, brokerErrors.streamNotFound)) throw deleted;
      isChecked = false;
      await sleep(retryDelayMs);
    }
  }

  async function handle(message: Msg): Promise<void> {
    const reply = message.reply ?? '';
    const delivery = parseDelivery(reply);
    identity.record(message);
    const progressTimer = setInterval(() => message.respond('+WPI'), confirmWithinMs / 3);
    try {
      message.respond(await handleOrReject(message, delivery, parseAttempt(reply)));
      ({ position } = delivery);
    } finally {
      clearInterval(progressTimer);
    }
  }

  /** Handles a message and returns the JetStream acknowledgement for it. */
  async function handleOrReject(message: Msg, delivery: Delivery, attempt: number): Promise<string> {
    let reason = `not handled after ${attempt - 1} deliveries`;
    let cause: unknown;
    // A message delivered more than `maxAttempts` times is not handled again, because it may be crashing the process.
    if (attempt <= maxAttempts) {
      try {
        const outcome = await dispatcher.dispatch(message, delivery);
        if (outcome === 'handled') return '+ACK';
        ({ reason } = outcome);
      } catch (error) {
        const delay = retryMs * Math.min(100, 2 ** (attempt - 1));
        if (attempt < maxAttempts) return `-NAK {"delay":${nanos(delay)}}`;
        cause = error;
        reason = `failed after ${attempt} attempts: ${messageOf(error)}`;
      }
    }
    await dispatcher.reject(message, delivery, reason, cause);
    return `+TERM ${reason.replaceAll(/\s+/g, ' ')}`;
  }

  async function run() {
    const removeReconnectListener = connection.onReconnect(() => {
      isChecked = false;
      // A request sent before a reconnect never gets a response.
      interrupt();
    });
    try {
      while (!stopped) {
        if (!isChecked) await checkStream();
        const message = isChecked && !stopped ? await pull() : undefined;
        if (message !== undefined) await handle(message);
      }
    } finally {
      removeReconnectListener();
    }
    // Sends the last acknowledgement before the connection closes.
    if (connection.isUp) await connection.nc.flush().catch(() => undefined);
  }

  return {
    get position() {
      return position;
    },
    ended: run(),
    stop() {
      stopped = true;
      interrupt();
    },
  };
}

function findConsumer({ jsm, stream, durable }: DurableSource): Promise<ConsumerInfo | undefined> {
  return jsm.consumers.info(stream, durable.name).catch((error: unknown) => {
    if (hasCode(error, brokerErrors.consumerNotFound)) return undefined;
    throw error;
  });
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}

/**
 * Finds or creates the consumer. Returns the position up to which all messages were handled.
 *
 * @throws StreamReplaced if a new consumer would start beyond the end of the stream
 */
async function openConsumer(
  source: DurableSource,
  identity: StreamIdentity,
  confirmWithinMs: number,
): Promise<number> {
  const { jsm, stream, subject, durable } = source;
  const { name } = durable;
  const existing = await findConsumer(source);
  if (existing !== undefined) {
    const { config, ack_floor: ackFloor } = existing;
    if (config.ack_policy !== AckPolicy.Explicit || config.filter_subject !== subject) {
      throw new Error(`consumer ${name} of stream ${stream} was not created by a subscription`);
    }
    return ackFloor.stream_seq;
  }
  const start = await findStartPosition(source);
  // The consumer must not be created beyond the end: it would skip the messages up to there without notice.
  await awaitPosition(identity, start);
  await jsm.consumers.add(stream, {
    name,
    durable_name: name,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: start + 1,
    filter_subject: subject,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(confirmWithinMs),
    // One message at a time, so that a later message cannot overtake a retried one.
    max_ack_pending: 1,
    max_deliver: -1,
  });
  return start;
}

/** Waits until the stream is accepted at `position`. A new leader may lag at first. @throws StreamReplaced */
async function awaitPosition(identity: StreamIdentity, position: number): Promise<void> {
  for (;;) {
    try {
      await identity.check(position);
      return;
    } catch (error) {
      if (error instanceof StreamReplaced) throw error;
      await sleep(retryDelayMs);
    }
  }
}
