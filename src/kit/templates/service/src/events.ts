/** The events of __one__. The schemas define the storage format: a change requires a new version and an upcaster. */

import { defineEvents, text } from '@portside/kit';
import { z } from 'zod';

export const Name = text(100);

export const __Noun__Added = z.object({ type: z.literal('__Noun__Added'), name: Name });
export const __Noun__Renamed = z.object({ type: z.literal('__Noun__Renamed'), name: Name });
export const __Noun__Removed = z.object({ type: z.literal('__Noun__Removed') });

export const __noun__Events = defineEvents({
  __Noun__Added: { schema: __Noun__Added },
  __Noun__Renamed: { schema: __Noun__Renamed },
  __Noun__Removed: { schema: __Noun__Removed },
});

export type __Noun__Event = z.infer<typeof __Noun__Added | typeof __Noun__Renamed | typeof __Noun__Removed>;
