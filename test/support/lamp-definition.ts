/** A definition of a service without rules, for tests of what `defineService` accepts. */

import { z } from 'zod';
import { defineEvents } from '../../src/kit/domain/event-schema.ts';

export const Added = z.object({ type: z.literal('Added') });
type Added = z.infer<typeof Added>;
type Lamp = { readonly colour: string; readonly rooms: readonly string[] } | undefined;

export const contract = {
  name: 'lamps',
  noun: 'lamp',
  streamFile: new URL('file:///lamps.json'),
  events: defineEvents({ Added: { schema: Added } }),
  fold: {
    initial: undefined as Lamp,
    evolve: (_lamp: Lamp, _event: Added): Lamp => ({ colour: 'red', rooms: [] }),
  },
};
export const base = {
  module: 'file:///lamps.ts',
  contract,
  version: '1.0.0',
  defaults: { httpPort: 0, probePort: 0 },
  commands: () => ({}),
  document: z.object({}),
  present: () => ({}),
};
export const relation = { each: () => [], document: z.object({}), present: () => ({}) };
export const decide = () => [];

/** Returns why a definition is rejected; `none` if it is accepted. */
export function collisionOf(define: () => unknown): string {
  try {
    define();
    return 'none';
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}
