/** One command, from the decision to the stored events: load, decide, append, and again when another writer won. */

import { Rejection, type BoundDecider, type DomainEvent } from './decider.ts';
import type { EventStore } from './event-store.ts';
import type { StreamFreshness } from './freshness.ts';
import { foldHistory } from './fold.ts';
import type { KeyedQueue } from './keyed-queue.ts';
import { Problem } from './problem.ts';
import type { Entity, View } from './view.ts';

export type Transaction<State, Command> = {
  readonly id: number;
  readonly command: Command;
  /** The command's id: a command sent twice under one id is carried out once. */
  readonly messageId: string;
  /** Tells this command from another one sent under the same id. */
  readonly commandDigest: string;
  /** Where the command stands in a trace; it goes with the events. */
  readonly traceparent?: string | undefined;
  /** Refuse with `precondition-failed` unless the entity satisfies this (If-Match). */
  readonly precondition?: ((entity: Entity<State>) => boolean) | undefined;
};

export type Transactor<State, Command, Event extends DomainEvent> = {
  readonly decider: BoundDecider<State, Command, Event>;
  readonly view: View<State, Event>;
  readonly store: EventStore<Event>;
  readonly queue: KeyedQueue;
  /** The streams of other services that decisions look into. */
  readonly followed: readonly StreamFreshness[];
  /** How long, in milliseconds, the view may take to reach a position that the log is known to have. */
  readonly catchUpTimeoutMs: number;
  /** Called when a command is decided again, because another writer came first. */
  onRetry?(): void;
};

/** How long, in milliseconds, to wait for another writer's message that is not to be seen yet. */
const conflictPauseMs = 20;

/** How often a command that lost against another writer is decided again. */
export const maxAttempts = 5;

/**
 * Carries `command` out and returns the entity as it is afterwards.
 *
 * The view may lag behind the log. An append is safe all the same, because the broker checks the version; but a
 * refusal ("there is no such laptop") or a no-op ("it is already so") appends nothing that could be checked. So before
 * one of these is answered, the log's leader is asked whether the view knew the entity's last message; and before a
 * refusal, the leaders of the followed streams, once, whether there was something new that may undo it.
 *
 * @throws Problem `conflict` when other writers won every attempt, `precondition-failed`, `unavailable` when the log
 *   does not answer, and whatever `decide` throws.
 */
export function transact<State, Command, Event extends DomainEvent>(
  transactor: Transactor<State, Command, Event>,
  transaction: Transaction<State, Command>,
): Promise<Entity<State>> {
  const { decider, view, store, queue, followed, catchUpTimeoutMs } = transactor;
  const { id, messageId, commandDigest, traceparent } = transaction;

  /** Whether the view knew the entity's last message; when it did not, waits until it does. */
  async function isCurrent(version: number) {
    return wasReached(view, version, await store.lastPositionOf(id));
  }

  /** Whether the followed streams were asked for what they hold: what comes after that came after this command. */
  let wereAsked = false;

  /** Whether every followed stream was known, at `positions`, as far as it goes; when not, waits until it is. */
  async function areCurrent(positions: readonly number[]) {
    if (wereAsked) return true;
    wereAsked = true;
    const known = followed.map(async (stream, index) =>
      wasReached(stream, positions[index] ?? 0, await stream.lastPosition()),
    );
    return (await Promise.all(known)).every(Boolean);
  }

  async function wasReached({ reached }: Pick<StreamFreshness, 'reached'>, position: number, last: number) {
    if (last <= position) return true;
    if (await reached(last, catchUpTimeoutMs)) return false;
    throw new Problem('unavailable', `This replica has not caught up with position ${last} in time.`);
  }

  /** The answer that the command got when it was carried out: the entity as it was at `position`. */
  async function repeat(position: number): Promise<Entity<State>> {
    const stored = await store.read(position);
    if (stored?.id === undefined || stored.commandDigest !== commandDigest) {
      throw new Problem('invalid', `The idempotency key "${messageId}" was already used for something else.`);
    }
    const state = foldHistory(decider, await store.history(stored.id, { upTo: position }));
    return { id: stored.id, state, version: position };
  }

  /** Whether the write that stopped the last append is still in flight: it may win, or fail. */
  let isContended = false;

  /** The entity after the command, or undefined when the decision has to be made again. */
  async function attempt(): Promise<Entity<State> | undefined> {
    const earlier = view.positionOf(messageId);
    if (earlier !== undefined) return repeat(earlier);

    const entity = view.find(id);
    const followedPositions = followed.map(({ position }) => position);
    const events = decideOn(decider, transaction, entity);
    if (events instanceof Problem) {
      const current = await Promise.all([isCurrent(entity.version), areCurrent(followedPositions)]);
      if (current.every(Boolean)) throw events;
      return undefined;
    }
    if (events.length === 0) return (await isCurrent(entity.version)) ? entity : undefined;

    const expectedVersion = entity.version;
    const append = { id, events, expectedVersion, messageId, commandDigest, traceparent };
    const result = await store.append(append);
    switch (result.outcome) {
      case 'written':
        // Stored is stored: a view that is late changes nothing about the answer.
        await view.reached(result.position, catchUpTimeoutMs);
        return { id, state: evolveAll(decider, entity.state, events), version: result.position };
      case 'duplicate':
        return repeat(result.position);
      case 'conflict':
        // On a replicated stream a conflicting write may still be in flight, and nothing to see yet.
        isContended = await isCurrent(entity.version);
        if (isContended) await pause(conflictPauseMs);
        return undefined;
      case 'unavailable':
        throw new Problem('unavailable', 'The event log is not available; nothing was changed.', result);
      case 'unknown':
        throw new Problem(
          'unavailable',
          'The event log did not answer, so it is unknown whether the change was stored. ' +
            `Send the same request again with Idempotency-Key "${messageId}": it will not be carried out twice.`,
          result,
        );
    }
  }

  return queue.run(id, async () => {
    for (let attempts = 0; attempts < maxAttempts; attempts++) {
      if (attempts > 0) transactor.onRetry?.();
      const entity = await attempt();
      if (entity !== undefined) return entity;
    }
    if (isContended) {
      throw new Problem('unavailable', `A write to ${id} is under way, and its outcome is not known yet.`);
    }
    throw new Problem('conflict', `Other writers changed ${id} first, ${maxAttempts} times in a row.`);
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The events that carry the command out, or the problem that refuses it. */
function decideOn<State, Command, Event extends DomainEvent>(
  decider: BoundDecider<State, Command, Event>,
  { command, precondition }: Transaction<State, Command>,
  { id, state, version }: Entity<State>,
): readonly Event[] | Problem {
  if (precondition !== undefined && !precondition({ id, state, version })) {
    return new Problem(
      'precondition-failed',
      `${id} is at version ${version}, not at the one that was asked for.`,
    );
  }
  try {
    return decider.decide(command, state);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function evolveAll<State, Command, Event extends DomainEvent>(
  decider: BoundDecider<State, Command, Event>,
  start: State,
  events: readonly Event[],
): State {
  return events.reduce<State>((state, event) => {
    const next = decider.evolve(state, event);
    if (next instanceof Rejection)
      throw new Error(`${event.type} was decided but does not follow: ${next.reason}`);
    return next;
  }, start);
}
