/** The impure inputs of a command: clock, randomness, digest. */

import { createHash, randomUUID } from 'node:crypto';
import { integerId, type IdType } from '../domain/id-type.ts';
import type { Sources } from '../eventlog/execute.ts';

/** @throws TypeError if the generator of the ids returns something else. */
export function createSources({ generate }: Pick<IdType, 'generate'> = integerId): Sources {
  function makeEntityId() {
    // The schema of a new entity requires an id if none can be generated.
    if (generate === undefined) throw new TypeError('the id of the new entity is missing');
    return generate(Date.now(), Math.random());
  }
  // A wrong generator fails at the start, and not at the first command.
  if (generate !== undefined) makeEntityId();
  return {
    makeEntityId,
    makeMessageId: randomUUID,
    now: () => new Date().toISOString(),
    /** 96 bits of SHA-256, enough to distinguish two commands with the same idempotency key. */
    digest: (text) => createHash('sha256').update(text).digest('base64url').slice(0, 16),
  };
}
