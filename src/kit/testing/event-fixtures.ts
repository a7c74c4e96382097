/** Stored events are never rewritten, so every stored version must stay readable. Tests verify this with fixture files. */

import { readdirSync, readFileSync } from 'node:fs';

/** Reads the JSON files of a `fixtures` folder. Keys are file names. */
export function readFixtures(folder: URL): Map<string, unknown> {
  const files = readdirSync(folder).toSorted();
  return new Map(files.map((file) => [file, JSON.parse(readFileSync(new URL(file, folder), 'utf8'))]));
}

/** Formats the type and version of a stored value: `PortRenamed 2`. */
export function nameShape(stored: unknown): string {
  if (typeof stored !== 'object' || stored === null || !('type' in stored)) return 'not an event';
  return `${String(stored.type)} ${'v' in stored ? String(stored.v) : 1}`;
}
