/** Imports a row: executes the service's own commands with its decider and stores the resulting events. */

import { createHash, randomUUID } from 'node:crypto';
import { Rejection, type DomainEvent } from '../../../src/kit/domain/decider.ts';
import type { AppendResult, EventStore } from '../../../src/kit/eventlog/event-store.ts';
import { createKeyedQueue } from '../../../src/kit/eventlog/keyed-queue.ts';
import { Problem } from '../../../src/kit/domain/problem.ts';
import { maxAttempts } from '../../../src/kit/eventlog/transact.ts';
import type { Entity } from '../../../src/kit/domain/entity.ts';
import type { Entities } from './entities.ts';
import { Difference, type Kind } from '../kinds/kind.ts';
import type { Retrier } from './retrier.ts';

export type Outcome =
  /** The entity was created; it existed and was extended; it existed with all values of the row. */
  | { readonly outcome: 'added' | 'completed' | 'alreadyThere' }
  /** The row was only validated (dry run). */
  | { readonly outcome: 'valid' }
  /** The entity exists with other values and was left unchanged; the row could not be stored. */
  | { readonly outcome: 'differs' | 'failed'; readonly reason: string };

export type RowExecutorOptions<Event extends DomainEvent, State> = {
  readonly append: EventStore<Event>['append'];
  /** The current entities of the event log. */
  readonly entities: Pick<Entities<State>, 'load' | 'isInMemory'>;
  readonly retrier: Retrier;
};

/**
 * Returns a function that imports one row of `kind`. The function never rejects.
 *
 * It first assumes that the entity does not exist, so a first import reads nothing. If the entity exists, the broker rejects
 * the append; the function then reads the entity and decides again. Existing rows usually come in runs (a repeated import), so
 * after one of them the next entity is read first: a rejected append costs far more than a read, as it splits its batch.
 *
 * The events of an entity are appended one by one, each with a random message id. The expected version already makes each
 * append happen at most once. An id derived from the row would make the broker discard the append as a duplicate even if the
 * entity was removed in the meantime.
 */
export function createRowExecutor<
  State,
  Command,
  Event extends DomainEvent,
  Row extends { readonly id: number },
>(
  { decider, plan }: Kind<State, Command, Event, Row>,
  { append, entities, retrier }: RowExecutorOptions<Event, State>,
): (row: Row) => Promise<Outcome> {
  // Of two rows with the same id, the first in the file is stored and the second is compared with it.
  const queue = createKeyedQueue();
  let readsFirst = false;

  /** Stores the events of the commands; stops at the first version conflict. */
  async function run(commands: readonly Command[], start: Entity<State>) {
    const { id } = start;
    let { state, version } = start;
    for (const command of commands) {
      const commandDigest = digest([id, command]);
      for (const event of decider.decide(command, state)) {
        const messageId = randomUUID();
        const request = { id, events: [event], expectedVersion: version, messageId, commandDigest };
        const position = await retrier.run(async () => positionOf(await append(request)));
        if (position === undefined) return { version, isDone: false };
        const next = decider.evolve(state, event);
        if (next instanceof Rejection) throw new Error(`${event.type} is rejected: ${next.reason}`);
        state = next;
        version = position;
      }
    }
    return { version, isDone: true };
  }

  async function executeRow(row: Row): Promise<Outcome> {
    const read = () => retrier.run(() => entities.load(row.id));
    let entity =
      readsFirst || entities.isInMemory ? await read() : { id: row.id, state: decider.initial, version: 0 };
    let isNew = false;
    let isChanged = false;
    for (let attempts = 0; attempts < maxAttempts; attempts++) {
      const commands = plan(row, entity.state);
      if (commands instanceof Difference) return { outcome: 'differs', reason: commands.reason };
      const { version, isDone } = await run(commands, entity);
      const hasStored = version > entity.version;
      isNew ||= hasStored && entity.state === decider.initial;
      isChanged ||= hasStored;
      if (isDone) return { outcome: isNew ? 'added' : isChanged ? 'completed' : 'alreadyThere' };
      entity = await read();
    }
    return { outcome: 'failed', reason: `${maxAttempts} version conflicts with other writers in a row` };
  }

  /** Settles when the first row was executed. The others wait for it, because it shows whether existing rows have to be expected. */
  let firstRow: Promise<Outcome> | undefined;

  return (row) => {
    const earlier = firstRow;
    const result = queue.run(row.id, async (): Promise<Outcome> => {
      await earlier;
      try {
        const outcome = await executeRow(row);
        readsFirst = outcome.outcome !== 'added';
        return outcome;
      } catch (error) {
        return { outcome: 'failed', reason: describe(error) };
      }
    });
    firstRow ??= result;
    return result;
  };
}

/** Returns the position of the stored event, or undefined after a version conflict. @throws Problem `unavailable` */
function positionOf(result: AppendResult): number | undefined {
  switch (result.outcome) {
    case 'written':
    // The message id is random, so the duplicate is this message, stored by an earlier attempt.
    case 'duplicate':
      return result.position;
    case 'conflict':
      return undefined;
    case 'unavailable':
      throw new Problem('unavailable', 'The broker did not accept the event.', result);
    case 'unknown':
      throw new Problem('unavailable', 'The broker did not respond; the event may have been stored.', result);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);
}
