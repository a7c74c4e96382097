/** Stored events are never rewritten, so whatever was stored once must be read for ever: frozen files prove it. */

import { readdirSync, readFileSync } from 'node:fs';
import type { DomainEvent } from '../core/decider.ts';
import type { EventSchema } from '../core/event-schema.ts';

/** The stored JSON values of a `fixtures` folder, by file name. */
export function readFixtures(folder: URL): Map<string, unknown> {
  const files = readdirSync(folder).toSorted();
  return new Map(files.map((file) => [file, JSON.parse(readFileSync(new URL(file, folder), 'utf8'))]));
}

/** Every type and version that the service reads, as `PortRenamed 2`. */
export function listShapes<Event extends DomainEvent>({ types }: EventSchema<Event>): string[] {
  return Object.entries(types).flatMap(([name, { upcasters = [] }]) =>
    [...upcasters.keys(), upcasters.length].map((index) => `${name} ${index + 1}`),
  );
}

/** The type and version that a stored value says it has, as `PortRenamed 2`. */
export function nameShape(stored: unknown): string {
  if (typeof stored !== 'object' || stored === null || !('type' in stored)) return 'no event';
  return `${String(stored.type)} ${'v' in stored ? String(stored.v) : 1}`;
}
