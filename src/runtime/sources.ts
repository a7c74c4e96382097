/** Where what is not pure comes from: the clock, randomness, a digest. */

import { createHash, randomUUID } from 'node:crypto';
import { makeEntityId } from '../core/entity-id.ts';
import type { Sources } from '../core/execute.ts';

export const sources: Sources = {
  makeEntityId: () => makeEntityId(Date.now(), Math.random()),
  makeMessageId: randomUUID,
  /** 96 bits of SHA-256: enough to tell two commands under one key apart. */
  digest: (text) => createHash('sha256').update(text).digest('base64url').slice(0, 16),
};
