/** Carries a row out: the service's own commands, decided by its own rules, stored as the events that they give. */

import { createHash, randomUUID } from 'node:crypto';
import { Rejection, type DomainEvent } from '../../src/kit/domain/decider.ts';
import type { AppendResult, EventStore } from '../../src/kit/eventlog/event-store.ts';
import { createKeyedQueue } from '../../src/kit/eventlog/keyed-queue.ts';
import { Problem } from '../../src/kit/domain/problem.ts';
import { maxAttempts } from '../../src/kit/eventlog/transact.ts';
import type { Entity } from '../../src/kit/domain/entity.ts';
import { Difference, type Kind } from './kinds/kind.ts';
import type { Patience } from './patience.ts';

export type Outcome =
  /** It was not there before; it was there, and something was missing; all of it was there. */
  | { readonly outcome: 'added' | 'completed' | 'alreadyThere' }
  /** It was only looked at (a dry run). */
  | { readonly outcome: 'right' }
  /** It is there and says something else, and was kept; the row could not be stored. */
  | { readonly outcome: 'differs' | 'failed'; readonly reason: string };

export type CarryOutOptions<Event extends DomainEvent, State> = {
  readonly append: EventStore<Event>['append'];
  /** The entity as the log has it now. */
  readonly load: (id: number) => Promise<Entity<State>>;
  readonly patience: Patience;
};

/**
 * How rows of one kind are carried out. Never rejects.
 *
 * A row is first decided as if its entity had no events: the broker refuses the append when that is wrong, so a fresh
 * import reads nothing. Then the entity is read and the row is decided again. Rows that are already there come in
 * runs (an import that is repeated), so after one of them the next is read first.
 *
 * An entity's events go one after the other, each with a random message id: that the version matches already makes each
 * append happen at most once, and an id derived from the row would hide from the broker that an entity was removed in the meantime.
 */
export function createCarrier<State, Command, Event extends DomainEvent, Row extends { readonly id: number }>(
  { decider, plan }: Kind<State, Command, Event, Row>,
  { append, load, patience }: CarryOutOptions<Event, State>,
): (row: Row) => Promise<Outcome> {
  // Two rows with one id: the first in the file wins, and the second is compared with it.
  const queue = createKeyedQueue();
  let readsFirst = false;

  /** Stores what the commands still have to do, as far as no other writer comes first. */
  async function run(commands: readonly Command[], start: Entity<State>) {
    const { id } = start;
    let { state, version } = start;
    for (const command of commands) {
      const commandDigest = digest([id, command]);
      for (const event of decider.decide(command, state)) {
        const messageId = randomUUID();
        const wanted = { id, events: [event], expectedVersion: version, messageId, commandDigest };
        const position = await patience.persist(async () => positionOf(await append(wanted)));
        if (position === undefined) return { version, isDone: false };
        const next = decider.evolve(state, event);
        if (next instanceof Rejection) throw new Error(`${event.type} does not follow: ${next.reason}`);
        state = next;
        version = position;
      }
    }
    return { version, isDone: true };
  }

  async function executeCommand(row: Row): Promise<Outcome> {
    const read = () => patience.persist(() => load(row.id));
    let entity = readsFirst ? await read() : { id: row.id, state: decider.initial, version: 0 };
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
    return { outcome: 'failed', reason: `other writers came first, ${maxAttempts} times in a row` };
  }

  return (row) =>
    queue.run(row.id, async () => {
      try {
        const outcome = await executeCommand(row);
        readsFirst = outcome.outcome !== 'added';
        return outcome;
      } catch (error) {
        return { outcome: 'failed', reason: describe(error) };
      }
    });
}

/** Where the event lies; undefined when another writer came first. @throws Problem `unavailable`. */
function positionOf(result: AppendResult): number | undefined {
  switch (result.outcome) {
    case 'written':
    // The id is random, so the message under it is this very one, stored by an earlier try.
    case 'duplicate':
      return result.position;
    case 'conflict':
      return undefined;
    case 'unavailable':
      throw new Problem('unavailable', 'The broker did not take it.', result);
    case 'unknown':
      throw new Problem(
        'unavailable',
        'The broker did not answer, so it may be stored all the same.',
        result,
      );
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);
}
