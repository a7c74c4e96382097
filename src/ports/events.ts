/** What can happen to a charging port. These shapes are the storage format: a changed one needs a version and an upcaster. */

import { z } from 'zod';
import { defineEvents } from '../core/event-schema.ts';
import { text } from '../core/text.ts';

/** What people call the port ("USB-C"): 1 to 100 characters. */
export const Name = text(100);

export const PortAdded = z.object({ type: z.literal('PortAdded'), name: Name });

/**
 * Version 2 says what the port was called before, so that a reader of this event alone sees the change; `from` is null
 * where version 1 did not say. Version 1, `{name}`, is still read, and still what people type by hand.
 */
export const PortRenamed = z.object({ type: z.literal('PortRenamed'), name: Name, from: Name.nullable() });

export const PortRemoved = z.object({ type: z.literal('PortRemoved') });

export const portEvents = defineEvents({
  PortAdded: { schema: PortAdded },
  PortRenamed: { schema: PortRenamed, upcasters: [(old) => ({ ...old, from: null })] },
  PortRemoved: { schema: PortRemoved },
});

export type PortEvent = z.infer<typeof PortAdded | typeof PortRenamed | typeof PortRemoved>;
