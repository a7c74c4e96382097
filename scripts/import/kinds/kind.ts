/** What the importer has to know of a kind of entity: its columns, its rows, and which commands carry a row out. */

import type { z } from 'zod';
import type { BoundDecider, DomainEvent } from '../../../src/kit/domain/decider.ts';
import type { EventSchema } from '../../../src/kit/domain/event-schema.ts';

/** What there is contradicts the row. Importing adds and never overwrites, so nothing is done about it. */
export class Difference {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export type Kind<State, Command, Event extends DomainEvent, Row extends { readonly id: number }> = {
  /** As the service is called: its subjects are `<service>.events.<id>`. */
  readonly service: 'laptops' | 'ports';
  readonly noun: string;
  readonly stream: string;
  readonly columns: { readonly required: readonly string[]; readonly optional: readonly string[] };
  readonly row: z.ZodType<Row>;
  readonly events: EventSchema<Event>;
  readonly decider: BoundDecider<State, Command, Event>;
  /** The commands that make of `state` what the row says; those whose effect is already there decide to nothing. */
  plan(row: Row, state: State): readonly Command[] | Difference;
};

/** `a laptop has the columns id, title, model and may have ports` */
export function describeColumns({ noun, columns }: Pick<AnyKind, 'noun' | 'columns'>): string {
  const optional = columns.optional.length > 0 ? ` and may have ${columns.optional.join(', ')}` : '';
  return `a ${noun} has the columns ${columns.required.join(', ')}${optional}`;
}

/** The part of a kind that does not depend on its types. */
export type AnyKind = {
  readonly service: 'laptops' | 'ports';
  readonly noun: string;
  readonly columns: { readonly required: readonly string[]; readonly optional: readonly string[] };
};

/** Why every row names its id, in the words of a message. */
export const whyAnId = 'every row needs an id, so that importing again adds nothing twice';

/**
 * Which of `kinds` has these columns: the one that owns a column which no other kind has; undefined when none does.
 * The columns may still be incomplete or hold one that the kind does not know.
 */
export function kindOf<K extends AnyKind>(kinds: readonly K[], columns: readonly string[]): K | undefined {
  const isShared = (column: string) => kinds.every((kind) => kind.columns.required.includes(column));
  return kinds.find(({ columns: { required, optional } }) =>
    [...required, ...optional].some((column) => !isShared(column) && columns.includes(column)),
  );
}
