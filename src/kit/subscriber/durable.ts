/**
 * At-least-once delivery through a durable JetStream consumer. A message is acknowledged after it has been handled.
 *
 * Messages are pulled one at a time with plain requests. There is no long-lived pull session that could stall, and a lost
 * request does not affect the next one.
 */

import { AckPolicy, DeliverPolicy, JetStreamApiError } from '@nats-io/jetstream';
import { nanos, type Msg } from 'nats';
import { brokerErrors } from '../nats/connection/broker-errors.ts';
import { parseAttempt, parseDelivery, type Delivery } from '../nats/stream/delivery.ts';
import type { DeliveryLoop, EventDispatcher } from './event-dispatcher.ts';
import type { DurableOptions, Source } from './options.ts';
import { findStartPosition } from './start-position.ts';

/** Expiry of a pull request at the broker, in ms. */
const pullMs = 5_000;
/** Time after its expiry at which a pull request without a response is considered lost, in ms. */
const pullGraceMs = 2_000;
/** Delay after a failed pull request, in ms. */
const retryDelayMs = 250;

export async function followDurably(
  source: Source & { readonly durable: DurableOptions },
  dispatcher: EventDispatcher,
): Promise<DeliveryLoop> {
  const { connection, jsm, stream, durable } = source;
  const { name, maxAttempts = 5, retryMs = 500, confirmWithinMs = 10_000 } = durable;
  let position = await openConsumer(source, confirmWithinMs);
  let stopped = false;
  let interrupt: () => void = () => undefined;

  /** Returns the next message, or undefined if none was delivered. */
  async function pull(): Promise<Msg | undefined> {
    const request = JSON.stringify({ batch: 1, expires: nanos(pullMs) });
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`;
    const interrupted = new Promise<undefined>((resolve) => (interrupt = () => resolve(undefined)));
    // A request sent before a reconnect never gets a response.
    const removeReconnectListener = connection.onReconnect(interrupt);
    try {
      // The request multiplexer matches responses by subject, but a pulled message carries the subject of the event.
      const options = { timeout: pullMs + pullGraceMs, noMux: true };
      const response = connection.nc.request(subject, request, options).catch(() => undefined);
      const message = await Promise.race([response, interrupted]);
      if (message?.reply?.startsWith('$JS.ACK.')) return message;
      if (!stopped && message?.headers?.code !== 408) await recoverFromFailure();
      return undefined;
    } finally {
      removeReconnectListener();
    }
  }

  /** Waits before the next pull. @throws if the consumer was deleted, because its position is lost then */
  async function recoverFromFailure() {
    const info = jsm.consumers.info(stream, name);
    const wasDeleted = await info.then(
      () => false,
      (error: unknown) =>
        error instanceof JetStreamApiError &&
        (error.code === brokerErrors.consumerNotFound || error.code === brokerErrors.streamNotFound),
    );
    if (wasDeleted) throw new Error(`the durable consumer ${name} of stream ${stream} was deleted`);
    await new Promise((resolve) => setTimeout(resolve, retryDelayMs));
  }

  async function handle(message: Msg): Promise<void> {
    const reply = message.reply ?? '';
    const delivery = parseDelivery(reply);
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
        reason = `failed after ${attempt} attempts: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    await dispatcher.reject(message, delivery, reason, cause);
    return `+TERM ${reason.replaceAll(/\s+/g, ' ')}`;
  }

  async function run() {
    while (!stopped) {
      const message = await pull();
      if (message !== undefined) await handle(message);
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

/** Finds or creates the consumer. Returns the position up to which all messages were handled. */
async function openConsumer(
  source: Source & { readonly durable: DurableOptions },
  confirmWithinMs: number,
): Promise<number> {
  const { jsm, stream, subject, durable } = source;
  const { name } = durable;
  const existing = await jsm.consumers.info(stream, name).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.code === brokerErrors.consumerNotFound) return undefined;
    throw error;
  });
  if (existing !== undefined) {
    const { config, ack_floor: ackFloor } = existing;
    if (config.ack_policy !== AckPolicy.Explicit || config.filter_subject !== subject) {
      throw new Error(`consumer ${name} of stream ${stream} was not created by a subscription`);
    }
    return ackFloor.stream_seq;
  }
  const start = await findStartPosition(source);
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
