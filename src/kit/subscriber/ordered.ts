/** Delivers every message once and in order for the lifetime of the process, by replaying the stream at the subscriber's speed. */

import type { Msg } from 'nats';
import type { Stored } from '../nats/stream/codec.ts';
import { replay, type Replay } from '../nats/stream/replay.ts';
import { createStreamIdentity, StreamReplaced } from '../nats/stream/stream-identity.ts';
import type { DeliveryLoop, EventDispatcher } from './event-dispatcher.ts';
import type { Source } from './options.ts';
import { findStartPosition } from './start-position.ts';

/** Number of queued messages at which the replay pauses until they are handled. */
const maxQueued = 10_000;

export async function followInOrder(source: Source, dispatcher: EventDispatcher): Promise<DeliveryLoop> {
  const { connection, jsm, stream, subject } = source;
  // Shared by all replays of this subscription, so that each one starts where the one before ended.
  const identity = createStreamIdentity({ connection, jsm, stream });
  let position = await findStartPosition(source);
  let stopped = false;
  let failure: Error | undefined;
  let currentReplay: Replay | undefined;
  let wake: () => void = () => undefined;
  let queue: { readonly message: Msg; readonly stored: Stored }[] = [];

  function startReplay() {
    currentReplay = replay({
      connection,
      jsm,
      stream,
      subject,
      after: position,
      identity,
      onMessage(message, stored) {
        queue.push({ message, stored });
        // Further messages stay in the stream until a new replay reads them.
        if (queue.length >= maxQueued) stopReplay();
        wake();
      },
      onReplaced(detail) {
        failure = new StreamReplaced(detail);
        wake();
      },
    });
  }

  function stopReplay() {
    void currentReplay?.stop();
    currentReplay = undefined;
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const batch = queue;
      queue = [];
      for (const { message, stored } of batch) {
        if (stopped) return;
        // The remaining messages are from a stream that no longer exists.
        if (failure !== undefined) throw failure;
        const outcome = await dispatcher.dispatch(message, stored);
        if (outcome !== 'handled') await dispatcher.reject(message, stored, outcome.reason);
        ({ position } = stored);
      }
      if (queue.length > 0) continue;
      if (failure !== undefined) throw failure;
      if (currentReplay === undefined) startReplay();
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  return {
    get position() {
      return position;
    },
    ended: run().finally(stopReplay),
    stop() {
      stopped = true;
      wake();
    },
  };
}
