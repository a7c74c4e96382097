import type { z } from 'zod';
import type { Decider, DomainEvent } from '../../../src/kit/domain/decider.ts';
import type { Origin } from '../../../src/kit/domain/service/service-decider.ts';
import type { EventSchema } from '../../../src/kit/domain/event-schema.ts';

/** The existing entity contradicts the row. The import never overwrites values, so it only reports the difference. */
export class Difference {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export type Columns = {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** What other catalogues call a column, in lower case. */
  readonly synonyms: Readonly<Record<string, readonly string[]>>;
};

export type Kind<State, Command, Event extends DomainEvent, Row extends { readonly id: number }> = {
  /** Name of the service; its subjects are `<service>.events.<id>`. */
  readonly service: 'laptops' | 'ports';
  readonly noun: string;
  readonly stream: string;
  readonly columns: Columns;
  readonly row: z.ZodType<Row>;
  readonly events: EventSchema<Event>;
  readonly decider: Decider<State, Command, Event>;
  /** Returns the commands that bring `state` to the row's values. Commands without an effect produce no events. */
  plan(row: Row, state: State): readonly Command[] | Difference;
};

/** Returns a decider that executes each command at the current time. */
export function withCurrentTime<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command & Origin, Event>,
): Decider<State, Command, Event> {
  return {
    ...decider,
    decide: (command, state) => decider.decide({ ...command, now: new Date().toISOString() }, state),
  };
}

/** Returns, for example, `a laptop has the columns id, title, model and may have ports`. */
export function describeColumns({ noun, columns }: Pick<AnyKind, 'noun' | 'columns'>): string {
  const optional = columns.optional.length > 0 ? ` and may have ${columns.optional.join(', ')}` : '';
  return `a ${noun} has the columns ${columns.required.join(', ')}${optional}`;
}

/** The part of a kind that does not depend on its types. */
export type AnyKind = {
  readonly service: 'laptops' | 'ports';
  readonly noun: string;
  readonly columns: Columns;
};

export const idRequirement = 'every row needs an id, so that a repeated import creates no duplicates';

/**
 * Returns the first kind with a column in `columns` that not all kinds share, or undefined. The columns are not validated: they
 * may be incomplete or contain unknown ones.
 */
export function findKind<K extends AnyKind>(kinds: readonly K[], columns: readonly string[]): K | undefined {
  const isShared = (column: string) => kinds.every((kind) => kind.columns.required.includes(column));
  return kinds.find(({ columns: { required, optional } }) =>
    [...required, ...optional].some((column) => !isShared(column) && columns.includes(column)),
  );
}
