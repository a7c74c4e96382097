/** An entity id in a file: a number, or a string that contains one. */

import { z } from 'zod';
import { EntityId, maxEntityId, parseEntityId } from '../../../src/kit/domain/entity-id.ts';

const error = `must be a whole number from 1 to ${maxEntityId}`;

export const RowId = z.union([EntityId, z.string().trim().transform(parseEntityId).pipe(EntityId)], {
  error,
});
