import type { JetStreamManager, MsgRequest } from '@nats-io/jetstream';
import type { DomainEvent, Fold } from '../../../src/kit/domain/decider.ts';
import type { Entity } from '../../../src/kit/domain/entity.ts';
import { foldHistory } from '../../../src/kit/domain/fold.ts';
import { Problem } from '../../../src/kit/domain/problem.ts';
import type { StoredMessage } from '../../../src/kit/domain/stored-message.ts';
import type { EventStore } from '../../../src/kit/eventlog/event-store.ts';
import { createKeyedQueue } from '../../../src/kit/eventlog/keyed-queue.ts';
import type { Codec } from '../../../src/kit/nats/stream/codec.ts';
import { isConfirmed } from '../../../src/kit/nats/stream/leader-confirmation.ts';
import { storedOf } from '../../../src/kit/nats/stream/stream-identity.ts';
import type { Subjects } from '../../../src/kit/nats/stream/subjects.ts';

export type EntityReaderOptions<State, Event extends DomainEvent> = {
  readonly jsm: JetStreamManager;
  readonly stream: string;
  readonly subjects: Subjects;
  readonly codec: Codec<Event>;
  readonly store: Pick<EventStore<Event>, 'lastPosition'>;
  readonly fold: Fold<State, Event>;
};

/** Maximum number of concurrent questions to the leader. With thousands, each answer would take too long to be confirmed. */
const maxQuestions = 100;
/** Number of times that a leader is asked which is in contact with a majority, and does not answer in time. */
const maxAttempts = 5;

/**
 * Returns a function that reads an entity from the stream, including every message acknowledged before the call. It throws
 * `unavailable` if the broker does not respond, or if a majority of the stream's servers does not confirm its leader.
 *
 * The leader is asked for the number of the entity's messages, in the same answer that confirms the leader. The messages
 * are then read until there are as many. A leader that is cut off from its peers may lack the latest ones (docs/decisions/0077).
 */
export function createEntityReader<State, Event extends DomainEvent>({
  jsm,
  stream,
  subjects,
  codec,
  store,
  fold,
}: EntityReaderOptions<State, Event>): (id: number) => Promise<Entity<State>> {
  const questions = createKeyedQueue();

  /** Returns the number of messages on the entity's subject at or after `since`, a time on the clock of `performance.now`. */
  async function countMessages(id: number, since: number): Promise<number> {
    const subject = subjects.of(id);
    for (let attempts = 0; attempts < maxAttempts; attempts++) {
      const askedAt = performance.now();
      const info = await jsm.streams.info(stream, { subjects_filter: subject }).catch(rejectUnavailable);
      const times = { askedAt, answeredAt: performance.now(), since };
      if (isConfirmed(info, times)) return info.state.subjects?.[subject] ?? 0;
      // Concurrent reads share this wait. Afterwards, the leader has been in contact with a majority since they began.
      await store.lastPosition();
    }
    throw new Problem('unavailable', 'The leader of the event log does not respond in time.');
  }

  /** Returns the first message on the entity's subject after a position. */
  async function nextMessage(id: number, after: number): Promise<StoredMessage<Event>> {
    // "Next by subject" (NATS ADR-31) is missing from the client's types.
    const query = { seq: after + 1, next_by_subj: subjects.of(id) } as MsgRequest;
    const stored = await jsm.streams.getMessage(stream, query).catch(rejectUnavailable);
    if (stored === null)
      throw new Problem('unavailable', 'The server that responded does not have the latest messages.');
    const { subject, data, header } = stored;
    return codec.decode({ subject, data, headers: header }, storedOf(stored));
  }

  return async (id) => {
    const since = performance.now();
    const count = await questions.run(id % maxQuestions, () => countMessages(id, since));
    const messages: StoredMessage<Event>[] = [];
    let version = 0;
    while (messages.length < count) {
      const message = await nextMessage(id, version);
      messages.push(message);
      version = message.position;
    }
    return { id, version, state: foldHistory(fold, messages) };
  };
}

function rejectUnavailable(cause: unknown): never {
  throw new Problem('unavailable', 'The broker does not respond.', { cause });
}
