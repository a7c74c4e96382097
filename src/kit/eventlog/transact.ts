import type { Decider, DomainEvent } from '../domain/decider.ts';
import type { Entity } from '../domain/entity.ts';
import type { Id } from '../domain/entity-id.ts';
import type { EventSchema } from '../domain/event-schema.ts';
import { foldHistory } from '../domain/fold.ts';
import { Problem } from '../domain/problem.ts';
import type { EventStore } from './event-store.ts';
import { foldDecided } from './fold-decided.ts';
import { freshnessOf, type StreamFreshness } from './freshness.ts';
import type { KeyedQueue } from './keyed-queue.ts';
import type { View } from './view/view.ts';

/** One command for one entity. */
export type Transaction<State, Command> = {
  readonly id: Id;
  readonly command: Command;
  /** Identifies the command: a command sent twice with the same id is executed once. */
  readonly messageId: string;
  /** Distinguishes this command from another one sent with the same id. */
  readonly commandDigest: string;
  /** The trace context of the command (W3C Trace Context). It is stored with the events. */
  readonly traceparent?: string | undefined;
  /** Who sent the command. It is stored with the events. */
  readonly actor?: string | undefined;
  /**
   * Returns why the command must not be executed on the entity (If-Match, If-None-Match), or undefined. With a reason, the
   * command fails with `precondition-failed`. It holds when the events are appended, because they follow the same version.
   */
  readonly precondition?: ((entity: Entity<State>) => string | undefined) | undefined;
  /**
   * Returns the command to decide, for a command that depends on the current entity (a merge patch). Called in each attempt.
   * Throws a Problem if the command is not possible.
   */
  readonly adapt?: ((command: Command, entity: Entity<State>) => Command) | undefined;
};

export type Transactor<State, Command, Event extends DomainEvent> = {
  readonly decider: Decider<State, Command, Event>;
  readonly events: Pick<EventSchema<Event>, 'read' | 'write'>;
  readonly view: View<State, Event>;
  readonly store: EventStore<Event>;
  readonly queue: KeyedQueue;
  /** Throws if the document of an existing entity cannot be created. */
  present?(entity: Entity<State>): unknown;
  /** The followed streams that decisions depend on. */
  readonly followed: readonly StreamFreshness[];
  /** Timeout for the view to reach a position that exists in the stream, in ms. */
  readonly catchUpTimeoutMs: number;
  /**
   * Timeout for the confirmation of a rejection or a no-op, in ms, beginning with the request to the stream leaders. It has
   * to outlast the election of a leader, during which a view is not updated.
   */
  readonly confirmTimeoutMs: number;
  /** Called before each further attempt. */
  onRetry?(): void;
};

/** Pause before the next attempt when the conflicting message is not visible yet, in ms. */
const conflictPauseMs = 20;

/** Number of attempts before a command fails because of other writers. */
export const maxAttempts = 5;

/**
 * Executes `command` and returns the resulting entity.
 *
 * The local view may lag behind the stream. Appends are still safe, because the broker checks the expected version. A
 * rejected command or a no-op appends nothing, so the broker checks nothing. `transact` returns such a result only if it was
 * decided on views that include every message acknowledged before the command arrived, in the own stream and in the followed
 * streams.
 *
 * @throws Problem `conflict` if other writers appended first in every attempt, `precondition-failed`, `unavailable` if the
 * event log does not respond, `invalid` if the message id was used for another command, and the problems of `decide`.
 * @throws InvalidDecision if the events that `decide` returned do not lead to a valid state. Nothing is stored.
 */
export function transact<State, Command, Event extends DomainEvent>(
  transactor: Transactor<State, Command, Event>,
  transaction: Transaction<State, Command>,
): Promise<Entity<State>> {
  return transactor.queue.run(transaction.id, () => attemptUntilDone(transactor, transaction));
}

/** State carried over to the next attempt. */
type Retry = {
  /** This replica has caught up with all streams since the command arrived, so they need no further check. */
  readonly isCurrent?: boolean;
  /** The append conflicted with a write that is still in flight and can succeed or fail. */
  readonly isContended?: boolean;
};

type AttemptResult<State> = { readonly entity: Entity<State> } | Retry;

async function attemptUntilDone<State, Command, Event extends DomainEvent>(
  transactor: Transactor<State, Command, Event>,
  transaction: Transaction<State, Command>,
): Promise<Entity<State>> {
  const { id } = transaction;
  let last: Retry = {};
  for (let attempts = 0; attempts < maxAttempts; attempts++) {
    if (attempts > 0) transactor.onRetry?.();
    const result = await attempt(transactor, transaction, last);
    if ('entity' in result) return result.entity;
    last = result;
  }
  throw last.isContended
    ? new Problem(
        'unavailable',
        `Another write to ${id} is in progress and its outcome is unknown. Retry later.`,
      )
    : new Problem('conflict', `Other writers changed ${id} first, ${maxAttempts} times in a row.`);
}

/** Loads, decides and appends once. */
async function attempt<State, Command, Event extends DomainEvent>(
  transactor: Transactor<State, Command, Event>,
  transaction: Transaction<State, Command>,
  last: Retry,
): Promise<AttemptResult<State>> {
  const { decider, view, store, followed } = transactor;
  const { id, messageId } = transaction;
  const earlier = view.positionOf(messageId);
  if (earlier !== undefined) return { entity: await loadEarlierResult(transactor, transaction, earlier) };

  const entity = view.find(id);
  const streams = [freshnessOf({ view, store }), ...followed];
  const positions = streams.map(({ position }) => position);
  const events = tryDecide(decider, transaction, entity);
  if (!(events instanceof Problem) && events.length > 0) {
    return append(transactor, transaction, entity, events, last);
  }
  if (!last.isCurrent && !(await confirmPositions(transactor, streams, positions))) {
    return { ...last, isCurrent: true };
  }
  if (events instanceof Problem) throw events;
  return { entity };
}

async function append<State, Command, Event extends DomainEvent>(
  transactor: Transactor<State, Command, Event>,
  transaction: Transaction<State, Command>,
  entity: Entity<State>,
  events: readonly Event[],
  last: Retry,
): Promise<AttemptResult<State>> {
  const { decider, view, store, catchUpTimeoutMs } = transactor;
  const { id, command, messageId, commandDigest, traceparent, actor } = transaction;
  const state = foldDecided(transactor, entity, events);
  decider.assertOutcome?.(command, state);
  const expectedVersion = entity.version;
  const origin = { messageId, commandDigest, traceparent, actor };
  const result = await store.append({ id, events, expectedVersion, ...origin });
  switch (result.outcome) {
    case 'written':
      // The events are stored. If the view does not reach them in time, the result is still correct.
      await view.reached(result.position, catchUpTimeoutMs);
      return { entity: { id, state, version: result.position } };
    case 'duplicate':
      return { entity: await loadEarlierResult(transactor, transaction, result.position) };
    case 'conflict': {
      // On a replicated stream the conflicting write may still be in flight and not visible yet.
      const isContended = await hasLastMessage(transactor, entity);
      if (isContended) await pause(conflictPauseMs);
      return { ...last, isContended };
    }
    case 'unavailable':
      throw new Problem('unavailable', 'The event log is unavailable; nothing was changed.', {
        cause: result.cause,
      });
    case 'unknown':
      throw new Problem(
        'unavailable',
        'The event log did not respond, so it is unknown whether the change was stored. ' +
          `Send the same request again with Idempotency-Key "${messageId}": it will not be executed twice.`,
        { cause: result.cause },
      );
  }
}

/** Returns the result of a command that was already executed: the entity as of `position`. */
async function loadEarlierResult<State, Command, Event extends DomainEvent>(
  { decider, store, view }: Transactor<State, Command, Event>,
  { messageId, commandDigest }: Transaction<State, Command>,
  position: number,
): Promise<Entity<State>> {
  const stored = await store.read(position);
  if (stored?.id === undefined || stored.commandDigest !== commandDigest) {
    throw new Problem('invalid', `The idempotency key "${messageId}" was already used for another request.`);
  }
  const { id } = stored;
  const start = view.lastCheckpoint(id, position);
  const history = await store.history(id, { after: start.version, upTo: position });
  return { id, state: foldHistory(decider, history, start.state), version: position };
}

/** Returns true if the view has applied the entity's last message. Otherwise waits until it has, and returns false. */
async function hasLastMessage<State, Command, Event extends DomainEvent>(
  transactor: Transactor<State, Command, Event>,
  { id, version }: Entity<State>,
): Promise<boolean> {
  const remainingMs = startTimeout(transactor);
  return confirmPosition(transactor.view, version, await transactor.store.lastPositionOf(id), remainingMs);
}

/** Returns true if `positions` are the ends of the streams. Otherwise waits for the ends, and returns false. */
async function confirmPositions<State, Command, Event extends DomainEvent>(
  transactor: Transactor<State, Command, Event>,
  streams: readonly StreamFreshness[],
  positions: readonly number[],
): Promise<boolean> {
  const remainingMs = startTimeout(transactor);
  const confirmed = streams.map(async (stream, index) =>
    confirmPosition(stream, positions[index] ?? 0, await stream.lastPosition(), remainingMs),
  );
  return (await Promise.all(confirmed)).every(Boolean);
}

/** Returns a function that returns how long the view may still take, in ms: at least `catchUpTimeoutMs`. */
function startTimeout<State, Command, Event extends DomainEvent>({
  catchUpTimeoutMs,
  confirmTimeoutMs,
}: Transactor<State, Command, Event>): () => number {
  const startedAt = performance.now();
  return () => Math.max(catchUpTimeoutMs, confirmTimeoutMs - (performance.now() - startedAt));
}

async function confirmPosition(
  { reached }: Pick<StreamFreshness, 'reached'>,
  position: number,
  last: number,
  remainingMs: () => number,
): Promise<boolean> {
  if (last <= position) return true;
  const timeoutMs = remainingMs();
  if (await reached(last, timeoutMs)) return false;
  throw new Problem(
    'unavailable',
    `This replica did not reach position ${last} within ${Math.round(timeoutMs / 100) / 10} s.`,
  );
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Returns the events that execute the command, or the problem that rejects it. */
function tryDecide<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  { command, precondition, adapt }: Transaction<State, Command>,
  entity: Entity<State>,
): readonly Event[] | Problem {
  const failure = precondition?.(entity);
  if (failure !== undefined) return new Problem('precondition-failed', failure);
  try {
    return decider.decide(adapt === undefined ? command : adapt(command, entity), entity.state);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
