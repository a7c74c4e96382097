/** Every message once and in order, for as long as the process lives: a replay, at the speed of the subscriber. */

import type { Msg } from 'nats';
import type { Stored } from '../nats/stream/codec.ts';
import { replay, type Replay } from '../nats/stream/replay.ts';
import type { Following, HandOver } from './hand-over.ts';
import { findStart } from './starting-point.ts';
import type { Source } from './options.ts';

/** As many messages may wait for the subscriber; then the replay pauses until they are handled. */
const maxWaiting = 10_000;

export async function followInOrder(source: Source, handOver: HandOver): Promise<Following> {
  const { connection, jsm, stream, subject } = source;
  let position = await findStart(source);
  let stopped = false;
  let failure: Error | undefined;
  let reading: Replay | undefined;
  let wake: () => void = () => undefined;
  let waiting: { readonly message: Msg; readonly stored: Stored }[] = [];

  function read() {
    reading = replay({
      connection,
      jsm,
      stream,
      subject,
      after: position,
      onMessage(message, stored) {
        waiting.push({ message, stored });
        // What was not taken is read again from the log, which keeps it better than this process's memory.
        if (waiting.length >= maxWaiting) pause();
        wake();
      },
      onReplaced(detail) {
        failure = new Error(detail);
        wake();
      },
    });
  }

  function pause() {
    void reading?.stop();
    reading = undefined;
  }

  async function handle(): Promise<void> {
    while (!stopped) {
      const batch = waiting;
      waiting = [];
      for (const { message, stored } of batch) {
        if (stopped) return;
        const given = await handOver.give(message, stored);
        if (given !== 'done') await handOver.refuse(message, stored, given.reason);
        ({ position } = stored);
      }
      if (waiting.length > 0) continue;
      if (failure !== undefined) throw failure;
      if (reading === undefined) read();
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  return {
    get position() {
      return position;
    },
    ended: handle().finally(pause),
    stop() {
      stopped = true;
      wake();
    },
  };
}
