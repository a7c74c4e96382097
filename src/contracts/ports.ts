/**
 * The contract of the port service: its events and what they make of a charging port. The event shapes are the storage
 * format: changing one needs a new version and an upcaster.
 */

import { z } from 'zod';
import { defineEvents, Rejection, text, type Contract } from '@portside/kit';

/** What people call the port ("USB-C"): 1 to 100 characters. */
export const Name = text(100);

export const PortAdded = z
  .object({ type: z.literal('PortAdded'), name: Name })
  .meta({ description: 'A port was added.', examples: [{ type: 'PortAdded', name: 'USB-C' }] });

/** Still read, and still what people type by hand. */
const PortRenamed1 = z.object({ type: z.literal('PortRenamed'), name: Name }).meta({
  description: 'A port was renamed; what it was called before is not said.',
  examples: [{ type: 'PortRenamed', name: 'MagSafe 3' }],
});

/**
 * Version 2 says what the port was called before, so that a reader of this event alone sees the change; `from` is null
 * where version 1 did not say.
 */
export const PortRenamed = z
  .object({ type: z.literal('PortRenamed'), name: Name, from: Name.nullable() })
  .meta({
    description: 'A port was renamed. `from` is what it was called before, null where that is not known.',
    examples: [{ type: 'PortRenamed', name: 'MagSafe 3', from: 'USB-C' }],
  });

export const PortRemoved = z
  .object({ type: z.literal('PortRemoved') })
  .meta({ description: 'A port was removed.', examples: [{ type: 'PortRemoved' }] });

export const portEvents = defineEvents({
  PortAdded: { schema: PortAdded },
  PortRenamed: {
    schema: PortRenamed,
    older: [{ schema: PortRenamed1, upcast: (old) => ({ ...old, from: null }) }],
  },
  PortRemoved: { schema: PortRemoved },
});

export type PortEvent = z.infer<typeof PortAdded | typeof PortRenamed | typeof PortRemoved>;

/** A charging port. Undefined before it is added and after it is removed. */
export type Port = { readonly name: string };

export const portContract: Contract<Port | undefined, PortEvent> = {
  name: 'ports',
  streamFile: new URL('../../streams/ports.json', import.meta.url),
  events: portEvents,
  fold: {
    initial: undefined,
    evolve(port, event) {
      switch (event.type) {
        case 'PortAdded':
          return port === undefined ? { name: event.name } : new Rejection('the port is already there');
        case 'PortRenamed':
          return port === undefined ? new Rejection('there is no such port') : { name: event.name };
        case 'PortRemoved':
          return port === undefined ? new Rejection('there is no such port') : undefined;
      }
    },
  },
};
