import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Returns `version`, or the version in the package.json that it refers to. Throws if that file has none. */
export function readVersion(version: string | URL): string {
  if (typeof version === 'string') return version;
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(version, 'utf8'))).version;
}
