import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Rejection } from './decider.ts';
import { defineEvents } from './event-schema.ts';
import { follow } from './follow.ts';
import { foldMessage, skippedEvent } from './fold.ts';
import type { Contract } from './followed-stream.ts';
import { text } from './text.ts';

const Lit = z.object({ type: z.literal('Lit'), colour: z.string() });
const Lit1 = z.object({ type: z.literal('Lit') });
const Out = z.object({ type: z.literal('Out') });
const Moved = z.object({ type: z.literal('Moved'), to: z.string() });
type LampEvent = z.infer<typeof Lit | typeof Out | typeof Moved>;

const lamp: Contract<{ readonly colour: string } | undefined, LampEvent> = {
  name: 'lamps',
  noun: 'lamp',
  streamFile: new URL('file:///lamps.json'),
  events: defineEvents({
    Lit: { schema: Lit, older: [{ schema: Lit1, upcast: (old) => ({ ...old, colour: 'white' }) }] },
    Out: { schema: Out },
    Moved: { schema: Moved },
  }),
  fold: { initial: undefined, evolve: () => new Rejection('unused') },
};

/** Whether a lamp is lit. */
const part = follow(lamp, {
  only: ['Lit', 'Out'],
  fold: {
    initial: false,
    evolve: (isLit, { type }): boolean | Rejection =>
      isLit === (type === 'Lit') ? new Rejection('no change') : !isLit,
  },
});

function foldValue(state: boolean, value: unknown): boolean | Rejection {
  return foldMessage(part.fold, state, {
    position: 1,
    time: 0,
    nanoseconds: 0,
    subject: 'lamps.events.1',
    id: 1,
    messageId: undefined,
    commandDigest: undefined,
    content: part.events.read(value),
  });
}

const test = suite('follow');

test('returns the contract itself without a part', () => assert.is(follow(lamp), lamp));
test('folds the events that it asks for, in all their versions', () => {
  assert.is(foldValue(false, { type: 'Lit', v: 2, colour: 'red' }), true);
  assert.is(foldValue(false, { type: 'Lit' }), true);
  assert.is(foldValue(true, { type: 'Out' }), false);
});
test('skips other events, including unknown and invalid ones', () => {
  for (const value of [{ type: 'Moved', to: 'A' }, { type: 'Moved' }, { type: 'Stolen', by: 'x' }]) {
    assert.is(foldValue(true, value), true);
    assert.is(foldValue(false, value), false);
  }
});
test('rejects what is not an event, and events that it asks for if they are not valid', () => {
  for (const value of [7, null, {}, { type: 7 }, { type: 'Lit', v: 2 }, { type: 'Lit', v: 3, colour: 'red' }])
    assert.instance(foldValue(false, value), Rejection);
  assert.instance(foldValue(true, { type: 'Lit' }), Rejection);
});
test('folds all events of a contract without a fold, and skips others', () => {
  const { fold: _, ...described } = lamp;
  const { events } = follow(described, { fold: { initial: 0, evolve: (count: number) => count + 1 } });
  const kinds = [{ type: 'Out' }, { type: 'Moved', to: 'A' }, { type: 'Stolen' }].map((value) =>
    events.read(value),
  );
  assert.equal(kinds, [{ type: 'Out' }, { type: 'Moved', to: 'A' }, skippedEvent]);
});
test('reads old texts as the owner of the stream does', () => {
  const Named = z.object({ type: z.literal('Named'), name: text(9) });
  const events = defineEvents({ Named: { schema: Named } }, { textsCheckedSince: '2026-11-26T00:00:00Z' });
  const followed = follow(
    { ...lamp, events },
    { fold: { initial: 0, evolve: (count: number) => count + 1 } },
  );
  const value = { type: 'Named', name: 'a\0b' };
  const since = Date.UTC(2026, 10, 26);
  assert.equal(followed.events.read(value, since - 1), value);
  assert.instance(followed.events.read(value, since), Rejection);
});
test('has the schemas of the events that it asks for', () =>
  assert.equal(Object.keys(part.events.types), ['Lit', 'Out']));
test.run();
