import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { defineEvents, defineService, type Contract } from '../index.ts';
import { givenService } from './given.ts';

const Switched = z.object({ type: z.literal('Switched') });
type Switched = z.infer<typeof Switched>;
const contract: Contract<{ readonly on: boolean } | undefined, Switched> = {
  name: 'lamps',
  noun: 'lamp',
  streamFile: new URL('file:///lamps.json'),
  events: defineEvents({ Switched: { schema: Switched } }),
  fold: { initial: undefined, evolve: () => ({ on: true }) },
};
const switched: Switched = { type: 'Switched' };
const service = defineService({
  module: 'file:///lamps.ts',
  contract,
  version: '1.0.0',
  defaults: { httpPort: 0, probePort: 0 },
  commands: ({ command }) => ({ toggle: command({ put: 'toggled', decide: () => [switched] }) }),
  document: z.object({}),
  present: () => ({}),
});

const test = suite('given, when, then');

test('says that a command that is sent again has an effect', () => {
  const when = givenService(service, {})(switched).when('toggle');
  assert.throws(
    () => when.then(switched),
    /sent again, the command must have no effect, but it returns \[\{"type":"Switched"\}\]/,
  );
});
test.run();
