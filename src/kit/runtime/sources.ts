/** The impure inputs of a command: clock, randomness, digest. */

import { createHash, randomUUID } from 'node:crypto';
import { makeEntityId } from '../domain/entity-id.ts';
import type { Sources } from '../eventlog/execute.ts';

export const sources: Sources = {
  makeEntityId: () => makeEntityId(Date.now(), Math.random()),
  makeMessageId: randomUUID,
  now: () => new Date().toISOString(),
  /** 96 bits of SHA-256, enough to distinguish two commands with the same idempotency key. */
  digest: (text) => createHash('sha256').update(text).digest('base64url').slice(0, 16),
};
