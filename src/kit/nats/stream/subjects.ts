/** Which subject belongs to which entity: `<service>.events.<id>`, exactly one per entity. */

import { parseEntityId } from '../../domain/entity-id.ts';

export type Subjects = {
  /** Every event subject of the service: `laptops.events.*`. */
  readonly all: string;
  /** The subject of one entity: `laptops.events.42`. */
  of(id: number): string;
  /** The entity that `subject` names; undefined when its last token is no canonical id. */
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
