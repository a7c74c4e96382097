/**
 * At least once: a durable consumer keeps the place in the broker, and a message is confirmed when it was handled.
 *
 * Messages are asked for one by one with plain requests, so there is no session that could stall: whatever happens to
 * one request, the next one is as good.
 */

import { AckPolicy, DeliverPolicy, JetStreamApiError } from '@nats-io/jetstream';
import { nanos, type Msg } from 'nats';
import { brokerErrors } from '../nats/connection/broker-errors.ts';
import { parseAttempt, parseDelivery, type Delivery } from '../nats/stream/delivery.ts';
import type { Following, HandOver } from './hand-over.ts';
import { findStart } from './starting-point.ts';
import type { DurableOptions, Source } from './options.ts';

/** How long, in milliseconds, a request waits at the broker for a message; then there is another one. */
const pullMs = 5_000;
/** An answer that is not there so long, in milliseconds, after its time was lost. */
const graceMs = 2_000;
/** The pause, in milliseconds, after a request that came to nothing. */
const pauseMs = 250;

export async function followDurably(
  source: Source & { readonly durable: DurableOptions },
  handOver: HandOver,
): Promise<Following> {
  const { connection, jsm, stream, durable } = source;
  const { name, maxAttempts = 5, retryMs = 500, confirmWithinMs = 10_000 } = durable;
  let position = await openConsumer(source, confirmWithinMs);
  let stopped = false;
  let interrupt: () => void = () => undefined;

  /** The next message; undefined when none came, for whatever reason. */
  async function pull(): Promise<Msg | undefined> {
    const request = JSON.stringify({ batch: 1, expires: nanos(pullMs) });
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`;
    const interrupted = new Promise<undefined>((resolve) => (interrupt = () => resolve(undefined)));
    // A request that went out before a broken connection was mended is not answered any more.
    const forgetReconnect = connection.onReconnect(interrupt);
    try {
      // Without the multiplexer: it looks at the subject of an answer, which here is that of the event.
      const options = { timeout: pullMs + graceMs, noMux: true };
      const answer = connection.nc.request(subject, request, options).catch(() => undefined);
      const message = await Promise.race([answer, interrupted]);
      if (message?.reply?.startsWith('$JS.ACK.')) return message;
      if (!stopped && message?.headers?.code !== 408) await afterFailure();
      return undefined;
    } finally {
      forgetReconnect();
    }
  }

  /** @throws when the consumer is gone for good: then nobody knows any more what was handled. */
  async function afterFailure() {
    const info = jsm.consumers.info(stream, name);
    const gone = await info.then(
      () => false,
      (error: unknown) =>
        error instanceof JetStreamApiError &&
        (error.code === brokerErrors.consumerNotFound || error.code === brokerErrors.streamNotFound),
    );
    if (gone) throw new Error(`the durable consumer ${name} of stream ${stream} was deleted`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }

  async function handle(message: Msg): Promise<void> {
    const reply = message.reply ?? '';
    const delivery = parseDelivery(reply);
    const working = setInterval(() => message.respond('+WPI'), confirmWithinMs / 3);
    try {
      message.respond(await settle(message, delivery, parseAttempt(reply)));
      ({ position } = delivery);
    } finally {
      clearInterval(working);
    }
  }

  /** What to tell the broker of a message, once it was dealt with. */
  async function settle(message: Msg, delivery: Delivery, attempt: number): Promise<string> {
    let reason = `it was delivered ${attempt - 1} times and never handled`;
    let cause: unknown;
    // Beyond the last attempt it is not tried again: it may be what kills the process.
    if (attempt <= maxAttempts) {
      try {
        const given = await handOver.give(message, delivery);
        if (given === 'done') return '+ACK';
        ({ reason } = given);
      } catch (error) {
        const delay = retryMs * Math.min(100, 2 ** (attempt - 1));
        if (attempt < maxAttempts) return `-NAK {"delay":${nanos(delay)}}`;
        cause = error;
        reason = `it was tried ${attempt} times: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    await handOver.refuse(message, delivery, reason, cause);
    return `+TERM ${reason.replaceAll(/\s+/g, ' ')}`;
  }

  async function run() {
    while (!stopped) {
      const message = await pull();
      if (message !== undefined) await handle(message);
    }
    // So that the last confirmation is on its way before the connection closes.
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

/** Finds the consumer, or makes it; gives the position up to which everything was handled. */
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
    const { config, ack_floor: handled } = existing;
    if (config.ack_policy !== AckPolicy.Explicit || config.filter_subject !== subject) {
      throw new Error(`consumer ${name} of stream ${stream} is there, and was not made by a subscription`);
    }
    return handled.stream_seq;
  }
  const start = await findStart(source);
  await jsm.consumers.add(stream, {
    name,
    durable_name: name,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: start + 1,
    filter_subject: subject,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(confirmWithinMs),
    // One at a time: what is tried again is not overtaken by what comes after it.
    max_ack_pending: 1,
    max_deliver: -1,
  });
  return start;
}
