import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Returns the `version` of the package.json at `file`. Throws if the file has none. */
export function readVersion(file: URL): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
