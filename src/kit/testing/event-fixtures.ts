/** Stored events are never rewritten, so whatever was stored once must be read for ever: frozen files prove it. */

import { readdirSync, readFileSync } from 'node:fs';

/** The stored JSON values of a `fixtures` folder, by file name. */
export function readFixtures(folder: URL): Map<string, unknown> {
  const files = readdirSync(folder).toSorted();
  return new Map(files.map((file) => [file, JSON.parse(readFileSync(new URL(file, folder), 'utf8'))]));
}

/** The type and version that a stored value says it has, as `PortRenamed 2`. */
export function nameShape(stored: unknown): string {
  if (typeof stored !== 'object' || stored === null || !('type' in stored)) return 'no event';
  return `${String(stored.type)} ${'v' in stored ? String(stored.v) : 1}`;
}
