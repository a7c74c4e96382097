/** Event subjects: `<service>.events.<id>`, exactly one per entity. */

import { parseEntityId } from '../../domain/entity-id.ts';

export type Subjects = {
  /** Wildcard for all event subjects of the service: `laptops.events.*`. */
  readonly all: string;
  /** The subject of one entity: `laptops.events.42`. */
  of(id: number): string;
  /** Returns the entity id in `subject`; undefined if the last token is not a canonical id. */
  idOf(subject: string): number | undefined;
};

export function eventSubjects(service: string): Subjects {
  const prefix = `${service}.events.`;
  return {
    all: `${prefix}*`,
    of: (id) => prefix + id,
    idOf: (subject) => (subject.startsWith(prefix) ? parseEntityId(subject.slice(prefix.length)) : undefined),
  };
}
