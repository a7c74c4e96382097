/**
 * Reads a stream in order, first what is there and then what comes, without a gap or a repeat, whatever breaks.
 *
 * It is a push consumer read with a plain subscription, which drains a stream faster than the client's ordered
 * consumer. In return the rules of an ordered consumer (ADR-17 of NATS) are kept here: every delivery is counted,
 * heartbeats are watched, flow control is answered, and on any doubt a new consumer begins after the last position.
 */

import { AckPolicy, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream';
import { nanos, nuid, type Msg } from 'nats';
import type { Stored } from './codec.ts';
import type { Connection } from '../connection/connection.ts';
import { parseDelivery, parsePending, type Delivery } from './delivery.ts';
import { consumerStalledHeader, lastConsumerSequenceHeader } from '../connection/headers.ts';

export type ReplayOptions = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  /** Only messages on this subject; all of the stream when it is absent. */
  readonly subject?: string;
  /** Begin after this position; 0 is the beginning. */
  readonly after: number;
  onMessage(message: Msg, stored: Stored): void;
  /** The replay broke off and begins again after the last position. */
  onInterrupted?(reason: string): void;
  /** After an interruption: it has given out again all that the stream held when it went on. */
  onCaughtUp?(): void;
  /** The stream is not the one that was read so far: what was folded from it can no longer be trusted. */
  onReplaced?(detail: string): void;
};

export type Replay = {
  /** How many messages the stream held after the last one given out, as the broker last said; undefined before it did. */
  readonly pending: number | undefined;
  /** Ends the replay; no message is given out after the call. */
  stop(): Promise<void>;
};

/** The broker says this often, in milliseconds, that the consumer lives; after four silences it counts as gone. */
const heartbeatMs = 500;
const toleratedSilences = 4;
/** The broker removes a consumer that nobody listens to after this many milliseconds. */
const orphanedConsumerMs = 5_000;
/** How long to wait, in milliseconds, before the next try when no consumer can be made. */
const retryMs = 250;
/** A stream whose end lies before what was read is watched this long, in milliseconds: a new leader may lag at first. */
const replacedAfterMs = 5_000;

export function replay(options: ReplayOptions): Replay {
  const { connection, jsm, stream } = options;
  let position = options.after;
  let created: string | undefined;
  let shorterSince: number | undefined;
  let pendingAtFirst: number | undefined;
  let lastReply: string | undefined;
  let interrupted = false;
  let stopped = false;
  let endSession: (reason: string) => void = () => undefined;

  /**
   * The last position that the stream has given.
   *
   * @throws StreamReplaced when the stream is another one, or shorter than what was read from it.
   */
  async function checkStream(): Promise<number> {
    const info = await jsm.streams.info(stream);
    created ??= info.created;
    if (info.created !== created) throw new StreamReplaced(`stream ${stream} was deleted and created again`);
    if (info.state.last_seq >= position) {
      shorterSince = undefined;
      return info.state.last_seq;
    }
    shorterSince ??= Date.now();
    const detail = `stream ${stream} ends at ${info.state.last_seq}, but position ${position} was read from it`;
    if (Date.now() - shorterSince > replacedAfterMs) throw new StreamReplaced(detail);
    throw new Error(detail);
  }

  function sayCaughtUp() {
    if (!interrupted) return;
    interrupted = false;
    options.onCaughtUp?.();
  }

  /** One consumer, from its creation until something is doubtful; resolves with the reason. */
  async function session(): Promise<string> {
    const target = await checkStream();
    if (stopped) return 'stopped';
    const inbox = connection.createInbox();
    const name = `replay-${nuid.next()}`;
    let delivered = 0;
    let silences = 0;

    return new Promise((resolve) => {
      const subscription = connection.nc.subscribe(inbox, {
        callback: (error, message) => {
          silences = 0;
          if (error !== null) end(error.message);
          else if (message.reply?.startsWith('$JS.ACK.')) onDelivery(message, parseDelivery(message.reply));
          else onStatus(message);
        },
      });
      const heartbeat = setInterval(() => {
        silences += 1;
        if (silences > toleratedSilences) end('no heartbeat');
      }, heartbeatMs);
      const forgetReconnect = connection.onReconnect(() => end('reconnected'));
      endSession = end;
      jsm.consumers
        .add(stream, {
          name,
          deliver_subject: inbox,
          deliver_policy: DeliverPolicy.StartSequence,
          opt_start_seq: position + 1,
          ...(options.subject !== undefined && { filter_subject: options.subject }),
          ack_policy: AckPolicy.None,
          max_deliver: 1,
          flow_control: true,
          idle_heartbeat: nanos(heartbeatMs),
          inactive_threshold: nanos(orphanedConsumerMs),
          mem_storage: true,
          num_replicas: 1,
        })
        .then(({ num_pending: pending }) => {
          if (delivered > 0) return;
          pendingAtFirst = pending;
          lastReply = undefined;
        })
        .catch((error: unknown) => end(String(error)));

      function onDelivery(message: Msg, delivery: Delivery) {
        if (delivery.consumerSequence !== delivered + 1) {
          end('messages were lost on the way');
          return;
        }
        delivered += 1;
        // The stream's own gaps (deleted messages) show in the position alone, and are none of ours.
        if (delivery.position > position) {
          position = delivery.position;
          lastReply = message.reply;
          options.onMessage(message, delivery);
          if (position >= target) sayCaughtUp();
        }
      }

      function onStatus(message: Msg) {
        if (message.reply !== undefined && message.reply !== '') {
          message.respond();
          return;
        }
        const stalled = message.headers?.get(consumerStalledHeader);
        if (stalled) connection.nc.publish(stalled);
        const lastDelivered = message.headers?.get(lastConsumerSequenceHeader);
        if (lastDelivered && Number(lastDelivered) !== delivered) end('messages were lost on the way');
        // A heartbeat of a consumer that is not held up means that nothing is left to give out.
        else if (!stalled) sayCaughtUp();
      }

      function end(reason: string) {
        if (subscription.isClosed()) return;
        subscription.unsubscribe();
        clearInterval(heartbeat);
        forgetReconnect();
        // A courtesy: the broker also removes it by itself, after `orphanedConsumerMs`.
        if (connection.isUp) void jsm.consumers.delete(stream, name).then(undefined, () => undefined);
        resolve(reason);
      }
    });
  }

  async function run() {
    while (!stopped) {
      const reason = await session().catch((error: unknown) => {
        if (error instanceof StreamReplaced) options.onReplaced?.(error.message);
        stopped ||= error instanceof StreamReplaced;
        return error instanceof Error ? error.message : String(error);
      });
      if (stopped) return;
      interrupted = true;
      options.onInterrupted?.(reason);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
  const running = run();

  return {
    get pending() {
      return lastReply === undefined ? pendingAtFirst : parsePending(lastReply);
    },
    stop() {
      stopped = true;
      endSession('stopped');
      return running;
    },
  };
}

class StreamReplaced extends Error {}
