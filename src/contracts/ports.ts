/**
 * The contract of the port service: its events and the fold of a charging port. The event schemas are the storage
 * format. A change to one needs a new version and an upcaster.
 */

import { z } from 'zod';
import { defineEvents, Rejection, text, type Contract } from '@portside/kit';

export const Name = text(100);

export const PortAdded = z
  .object({ type: z.literal('PortAdded'), name: Name })
  .meta({ description: 'A port was added.', examples: [{ type: 'PortAdded', name: 'USB-C' }] });

/** Version 1. The service no longer writes it, but still reads it, and it is convenient to publish manually. */
const PortRenamed1 = z.object({ type: z.literal('PortRenamed'), name: Name }).meta({
  description: 'A port was renamed. The previous name is not recorded.',
  examples: [{ type: 'PortRenamed', name: 'MagSafe 3' }],
});

/**
 * Version 2 records the previous name, so that the event alone describes the change. `from` is null in events upcast
 * from version 1.
 */
export const PortRenamed = z
  .object({ type: z.literal('PortRenamed'), name: Name, from: Name.nullable() })
  .meta({
    description: 'A port was renamed. `from` is the previous name, or null if it is unknown.',
    examples: [{ type: 'PortRenamed', name: 'MagSafe 3', from: 'USB-C' }],
  });

export const PortRemoved = z
  .object({ type: z.literal('PortRemoved') })
  .meta({ description: 'A port was removed.', examples: [{ type: 'PortRemoved' }] });

export const portEvents = defineEvents(
  {
    PortAdded: { schema: PortAdded },
    PortRenamed: {
      schema: PortRenamed,
      older: [{ schema: PortRenamed1, upcast: (old) => ({ ...old, from: null }) }],
    },
    PortRemoved: { schema: PortRemoved },
  },
  { textsCheckedSince: '2026-11-26T00:00:00Z' },
);

export type PortEvent = z.infer<typeof PortAdded | typeof PortRenamed | typeof PortRemoved>;

/** State of a charging port; undefined before it is added and after it is removed. */
export type Port = { readonly name: string };

export const portContract: Contract<Port | undefined, PortEvent> = {
  name: 'ports',
  noun: 'port',
  streamFile: new URL('../../streams/ports.json', import.meta.url),
  events: portEvents,
  fold: {
    initial: undefined,
    evolve(port, event) {
      switch (event.type) {
        case 'PortAdded':
          return port === undefined ? { name: event.name } : new Rejection('the port already exists');
        case 'PortRenamed':
          return port === undefined ? new Rejection('the port does not exist') : { name: event.name };
        case 'PortRemoved':
          return port === undefined ? new Rejection('the port does not exist') : undefined;
      }
    },
  },
};
