import { once } from 'node:events';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { DomainEvent, Fold } from '../../../src/kit/domain/decider.ts';
import type { Entity } from '../../../src/kit/domain/entity.ts';
import { Problem } from '../../../src/kit/domain/problem.ts';
import type { EventStore } from '../../../src/kit/eventlog/event-store.ts';
import { createView } from '../../../src/kit/eventlog/view/view.ts';
import { isPublishForbidden, type Connection } from '../../../src/kit/nats/connection/connection.ts';
import type { Codec } from '../../../src/kit/nats/stream/codec.ts';
import { replay } from '../../../src/kit/nats/stream/replay.ts';

export type EntityViewOptions<State, Event extends DomainEvent> = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  readonly codec: Codec<Event>;
  readonly store: Pick<EventStore<Event>, 'lastPosition' | 'read'>;
  readonly fold: Fold<State, Event>;
};

/** The entities of a stream in memory, as the service holds them. */
export type EntityView<State> = {
  /**
   * Returns the entity, including every message acknowledged before the call.
   *
   * @throws Problem `unavailable` if a majority of the stream's servers does not confirm the last position, or if the messages up
   * to it do not arrive.
   */
  load(id: number): Promise<Entity<State>>;
  close(): Promise<void>;
};

/** How long no message may arrive while some are missing, in ms. */
const stalledMs = 10_000;

/** Number of messages that are requested at a time by a user who may not create consumers. */
const requestedMessages = 256;

/** Resolves once the view contains every message acknowledged before the call. @throws Problem `unavailable` */
export async function openEntityView<State, Event extends DomainEvent>({
  connection,
  jsm,
  stream,
  codec,
  store,
  fold,
}: EntityViewOptions<State, Event>): Promise<EntityView<State>> {
  const view = createView(fold);
  let replaced: string | undefined;
  /** Aborted if the user may not create consumers. */
  const forbidden = new AbortController();
  const aborted = once(forbidden.signal, 'abort');
  const source = replay({
    connection,
    jsm,
    stream,
    after: 0,
    onMessage: (message, stored) => view.apply(codec.decode(message, stored)),
    onInterrupted(_reason, cause) {
      if (!isPublishForbidden(cause)) return;
      forbidden.abort();
      void source.stop();
    },
    onReplaced: (detail) => (replaced = detail),
  });

  /** Waits for messages that the consumer delivers. */
  async function receive(target: number): Promise<void> {
    const before = view.position;
    const reached = await Promise.race([view.reached(target, stalledMs), aborted]);
    if (forbidden.signal.aborted) return;
    if (replaced !== undefined) throw new Problem('unavailable', `The stream was replaced: ${replaced}.`);
    if (!reached && view.position === before)
      throw new Problem('unavailable', 'The messages of the event log do not arrive.');
  }

  /** Requests the next messages one by one. Their absence is confirmed. */
  async function request(target: number): Promise<void> {
    const first = view.position + 1;
    const length = Math.min(requestedMessages, target - first + 1);
    const positions = Array.from({ length }, (_, index) => first + index);
    for (const message of await Promise.all(positions.map(store.read)))
      if (message !== undefined) view.apply(message);
    view.skipTo(first + length - 1);
  }

  let requesting: Promise<void> | undefined;

  /** Rows that wait at the same time share the question for the confirmed position, which includes what was acknowledged before. */
  async function catchUp(): Promise<void> {
    const target = await store.lastPosition();
    while (view.position < target) {
      if (forbidden.signal.aborted)
        await (requesting ??= request(target).finally(() => (requesting = undefined)));
      else await receive(target);
    }
  }

  try {
    await catchUp();
  } catch (error) {
    await source.stop();
    throw error;
  }
  return {
    async load(id) {
      await catchUp();
      return view.find(id);
    },
    close: () => source.stop(),
  };
}
