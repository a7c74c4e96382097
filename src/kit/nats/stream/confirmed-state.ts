/** Reads the state of a stream from its leader, and confirms that the leader still leads. */

import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { StreamInfo } from '@nats-io/jetstream';
import { Problem } from '../../domain/problem.ts';
import { isConfirmed } from './leader-confirmation.ts';

export type ConfirmedStateOptions = {
  /** Asks the stream leader. A {@link Problem} is final; after any other error, the leader is asked again. */
  ask(): Promise<StreamInfo>;
  /** Aborted when the process shuts down: no further attempt is made. */
  readonly stopping?: AbortSignal | undefined;
};

type StreamState = StreamInfo['state'];

type Waiter = {
  /** In ms on the clock of `performance.now`, as is `deadlineAt`. */
  readonly since: number;
  readonly deadlineAt: number;
  resolve(state: StreamState): void;
  reject(problem: Problem): void;
};

/** Delay before the leader is asked again, in ms. */
const askAgainMs = 50;

/**
 * Returns a function that resolves with a state that includes every write acknowledged before the call. Concurrent calls
 * share the requests to the leader: a request answers every call that was made before it was sent.
 */
export function createConfirmedState({
  ask,
  stopping,
}: ConfirmedStateOptions): (timeoutMs: number) => Promise<StreamState> {
  const waiters = new Set<Waiter>();
  let isAsking = false;

  function settle(waiter: Waiter, result: StreamState | Problem): void {
    waiters.delete(waiter);
    if (result instanceof Problem) waiter.reject(result);
    else waiter.resolve(result);
  }

  /** Asks once, and settles the waiters that the answer is sufficient for, or whose time is over. */
  async function askOnce(): Promise<void> {
    // The calls of one turn of the event loop share a request.
    await setImmediate();
    const askedAt = performance.now();
    const answer = await ask().catch((error: unknown) => ({ error }));
    const answeredAt = performance.now();
    for (const waiter of waiters) {
      const { since, deadlineAt } = waiter;
      if (since > askedAt) continue;
      if ('error' in answer) {
        const isFinal = answer.error instanceof Problem || stopping?.aborted || answeredAt >= deadlineAt;
        if (isFinal) settle(waiter, toProblem(answer.error));
      } else if (isConfirmed(answer, { askedAt, answeredAt, since })) {
        settle(waiter, answer.state);
      } else if (stopping?.aborted || answeredAt >= deadlineAt) {
        settle(
          waiter,
          new Problem('unavailable', 'The leader of the event log is not in contact with a majority.'),
        );
      }
    }
    if ([...waiters].some(({ since }) => since <= askedAt)) await sleep(askAgainMs);
  }

  async function askUntilSettled(): Promise<void> {
    isAsking = true;
    while (waiters.size > 0) await askOnce();
    isAsking = false;
  }

  return (timeoutMs) =>
    new Promise((resolve, reject) => {
      const since = performance.now();
      waiters.add({ since, deadlineAt: since + timeoutMs, resolve, reject });
      if (!isAsking) void askUntilSettled();
    });
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem('unavailable', 'The event log is not responding.', { cause: error });
}
