/** Event subjects: `<service>.events.<id>`, exactly one per entity. */

import { Buffer } from 'node:buffer';
import type { Id } from '../../domain/entity-id.ts';
import { integerId, type IdType } from '../../domain/id-type.ts';

export type Subjects = {
  /** Wildcard for all event subjects of the service: `laptops.events.*`. */
  readonly all: string;
  /** What an id looks like: `1, 2, 3 …`. */
  readonly idForm: string;
  /** The subject of one entity: `laptops.events.42`. Throws a TypeError for a text that is not an id. */
  of(id: Id): string;
  /** Returns the entity id in `subject`; undefined if the last token is not a canonical id. */
  idOf(subject: string): Id | undefined;
};

export function eventSubjects(
  service: string,
  { parse, form }: Pick<IdType, 'parse' | 'form'> = integerId,
): Subjects {
  const prefix = `${service}.events.`;
  return {
    all: `${prefix}*`,
    idForm: form,
    of(id) {
      if (typeof id === 'string' && parse(id) === undefined) throw new TypeError(`not an id: ${id}`);
      return prefix + id;
    },
    idOf(subject) {
      const id = subject.startsWith(prefix) ? parse(subject.slice(prefix.length)) : undefined;
      return typeof id === 'string' ? copyOf(id) : id;
    },
  };
}

/** Returns a copy of an ASCII text. A slice would keep the whole subject in memory, and is slower to compare. */
function copyOf(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
