/**
 * Reads a stream in order, first the stored messages and then new ones, without gaps or duplicates, across connection
 * losses and server restarts.
 *
 * The replay reads a push consumer with a core subscription, which is faster than the client's ordered consumer. It
 * therefore implements the rules of an ordered consumer (ADR-17 of NATS) itself: it checks the consumer sequence of every
 * delivery, monitors heartbeats and replies to flow control. On any irregularity, it creates a new consumer that starts
 * after the last position. Before each new consumer, it checks that the stream still holds what was read from it.
 */

import { AckPolicy, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream';
import { nanos, nuid, type Msg } from 'nats';
import { messageOf } from '../../domain/error-message.ts';
import type { Stored } from './codec.ts';
import type { Connection } from '../connection/connection.ts';
import { findPosition, parseDelivery, parsePending, type Delivery } from './delivery.ts';
import { consumerStalledHeader, lastConsumerSequenceHeader } from '../connection/headers.ts';
import { createStreamIdentity, StreamReplaced, type StreamIdentity } from './stream-identity.ts';

export type ReplayOptions = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  /** Reads only messages on this subject. Default: the whole stream. */
  readonly subject?: string;
  /** Starts after this position; 0 is the start of the stream. */
  readonly after: number;
  /** The messages that were read before, up to `after`. The stream has to hold them. Default: none were read. */
  readonly identity?: StreamIdentity;
  onMessage(message: Msg, stored: Stored): void;
  /**
   * Called when the replay is interrupted; it then resumes after the last position.
   *
   * @param cause the error of the broker or of the client, if there is one
   */
  onInterrupted?(reason: string, cause?: unknown): void;
  /** Called after an interruption, once all messages that the stream held when it resumed have been delivered. */
  onCaughtUp?(): void;
  /**
   * Called when the stream was deleted and recreated, truncated, or replaced by an older copy. The replay ends, because
   * state folded from the previous stream is invalid.
   */
  onReplaced?(detail: string): void;
};

export type Replay = {
  /** Number of messages after the last delivered one, as last reported by the broker; undefined before that. */
  readonly pending: number | undefined;
  /** When the replay was interrupted, in ms since the epoch; undefined while it is caught up or has not been interrupted. */
  readonly interruptedSince: number | undefined;
  /** Ends the replay; `onMessage` is not called any more. */
  stop(): Promise<void>;
};

/** Idle heartbeat interval of the consumer, in ms. More than four missed heartbeats interrupt the replay. */
const heartbeatMs = 500;
const maxMissedHeartbeats = 4;
/** The broker deletes a consumer without subscribers after this many milliseconds. */
const inactiveThresholdMs = 5_000;
/** Delay before the replay resumes after an interruption, in ms. */
const retryMs = 250;

export function replay(options: ReplayOptions): Replay {
  const { connection, jsm, stream, identity = createStreamIdentity({ connection, jsm, stream }) } = options;
  let position = options.after;
  let initialPending: number | undefined;
  let lastReply: string | undefined;
  let interruptedSince: number | undefined;
  let stopped = false;
  let endSession: (reason: string) => void = () => undefined;
  /** Why the last session ended, if an error ended it. */
  let cause: unknown;

  function reportCaughtUp() {
    if (interruptedSince === undefined) return;
    interruptedSince = undefined;
    options.onCaughtUp?.();
  }

  /** Reads from one consumer until an irregularity. Resolves with the reason. */
  async function runSession(): Promise<string> {
    const target = await identity.check(position);
    if (stopped) return 'stopped';
    const inbox = connection.createInbox();
    // Short, because the reply subject of every delivery contains it. The broker rejects a name that is in use.
    const name = `replay-${nuid.next().slice(-8)}`;
    let delivered = 0;
    let missedHeartbeats = 0;
    /** Index of the position in the reply subjects. */
    let tokenIndex: number | undefined;

    return new Promise((resolve) => {
      const subscription = connection.nc.subscribe(inbox, {
        callback: (error, message) => {
          missedHeartbeats = 0;
          if (error !== null) end(error.message);
          else if (message.reply?.startsWith('$JS.ACK.')) {
            tokenIndex ??= findPosition(message.reply);
            onDelivery(message, parseDelivery(message.reply, tokenIndex));
          } else onStatus(message);
        },
      });
      const heartbeat = setInterval(() => {
        missedHeartbeats += 1;
        if (missedHeartbeats > maxMissedHeartbeats) end('missed heartbeats');
      }, heartbeatMs);
      const removeReconnectListener = connection.onReconnect(() => end('reconnected'));
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
          inactive_threshold: nanos(inactiveThresholdMs),
          mem_storage: true,
          num_replicas: 1,
        })
        .then(({ num_pending: pending }) => {
          if (delivered > 0) return;
          initialPending = pending;
          lastReply = undefined;
          if (pending === 0) reportCaughtUp();
        })
        .catch((error: unknown) => {
          cause = error;
          end(String(error));
        });

      function onDelivery(message: Msg, delivery: Delivery) {
        if (delivery.consumerSequence !== delivered + 1) {
          end('missed messages');
          return;
        }
        delivered += 1;
        // Deleted messages leave gaps in the positions, but not in the consumer sequence.
        if (delivery.position > position) {
          position = delivery.position;
          lastReply = message.reply;
          identity.record(message);
          options.onMessage(message, delivery);
          if (position >= target) reportCaughtUp();
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
        if (lastDelivered && Number(lastDelivered) !== delivered) end('missed messages');
        // A heartbeat of a consumer that is not stalled means that no messages are left to deliver.
        else if (!stalled) reportCaughtUp();
      }

      function end(reason: string) {
        if (subscription.isClosed()) return;
        subscription.unsubscribe();
        clearInterval(heartbeat);
        removeReconnectListener();
        // Optional: the broker deletes the consumer itself after `inactiveThresholdMs`.
        if (connection.isUp) void jsm.consumers.delete(stream, name).then(undefined, () => undefined);
        resolve(reason);
      }
    });
  }

  async function run() {
    while (!stopped) {
      cause = undefined;
      const reason = await runSession().catch((error: unknown) => {
        cause = error;
        if (error instanceof StreamReplaced) options.onReplaced?.(error.message);
        stopped ||= error instanceof StreamReplaced;
        return messageOf(error);
      });
      if (stopped) return;
      interruptedSince ??= Date.now();
      options.onInterrupted?.(reason, cause);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
  const running = run();

  return {
    get pending() {
      return lastReply === undefined ? initialPending : parsePending(lastReply);
    },
    get interruptedSince() {
      return interruptedSince;
    },
    stop() {
      stopped = true;
      endSession('stopped');
      return running;
    },
  };
}
