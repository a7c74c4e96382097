import { inspect } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Rejection } from './decider.ts';
import { defineEvents } from './event-schema.ts';
import { text } from './text.ts';

/** Today's shape is the third: v1 had `label` and `watts` as text, v2 had `name`, v3 has `watts` as a number. */
const type = z.literal('ChargerAdded');
const ChargerAdded1 = z.object({ type, label: z.string(), watts: z.string() });
const ChargerAdded2 = z.object({ type, name: text(20), watts: z.string() });
const ChargerAdded = z.object({
  type,
  name: text(20),
  watts: z.number().positive(),
});
const ChargerLost = z.object({ type: z.literal('ChargerLost') });

const events = defineEvents({
  ChargerAdded: {
    schema: ChargerAdded,
    older: [
      { schema: ChargerAdded1, upcast: ({ label, ...rest }) => ({ ...rest, name: label }) },
      { schema: ChargerAdded2, upcast: ({ watts, ...rest }) => ({ ...rest, watts: Number(watts) }) },
    ],
  },
  ChargerLost: { schema: ChargerLost },
});

function reasonOf(value: unknown): string {
  const read = events.read(value);
  return read instanceof Rejection ? read.reason : `it was read: ${JSON.stringify(read)}`;
}

const today = { type: 'ChargerAdded', name: 'brick', watts: 65 } as const;

const reading = suite("an event is read as today's shape");

reading('one of the newest version as it is', () => assert.equal(events.read({ ...today, v: 3 }), today));
reading('one of the version before by the last upcaster', () =>
  assert.equal(events.read({ type: 'ChargerAdded', v: 2, name: 'brick', watts: '65' }), today),
);
reading('one of the first version by every upcaster in turn', () =>
  assert.equal(events.read({ type: 'ChargerAdded', v: 1, label: 'brick', watts: '65' }), today),
);
reading('one without a version counts as the first', () =>
  assert.equal(events.read({ type: 'ChargerAdded', label: 'brick', watts: '65' }), today),
);
reading('a type that never changed needs no version', () => {
  assert.equal(events.read({ type: 'ChargerLost' }), { type: 'ChargerLost' });
  assert.equal(events.read({ type: 'ChargerLost', v: 1 }), { type: 'ChargerLost' });
});
reading('fields that it does not know are left out', () =>
  assert.equal(events.read({ type: 'ChargerLost', by: 'me', at: [1] }), { type: 'ChargerLost' }),
);
reading('what was stored is not changed', () => {
  const stored = Object.freeze({ type: 'ChargerAdded', v: 1, label: ' brick ', watts: '65' });
  assert.equal(events.read(stored), today);
  assert.equal(stored, { type: 'ChargerAdded', v: 1, label: ' brick ', watts: '65' });
});
reading.run();

const writing = suite('an event is written with its version');

writing('where that is not 1', () =>
  assert.equal(events.write(today), { v: 3, type: 'ChargerAdded', name: 'brick', watts: 65 }),
);
writing('and without one where it is', () =>
  assert.equal(events.write({ type: 'ChargerLost' }), { type: 'ChargerLost' }),
);
writing('and reads as the same event', () => {
  for (const event of [today, { type: 'ChargerLost' }] as const)
    assert.equal(events.read(JSON.parse(JSON.stringify(events.write(event)))), event);
});
writing('one of another service is a bug', () => {
  // A type-checked caller cannot do this; the test can.
  const foreign: typeof today = JSON.parse('{"type":"Foreign"}');
  assert.throws(() => events.write(foreign), /Foreign is not an event of this service/);
});
writing.run();

const refusing = suite('what is no event is rejected with a reason');

refusing('a version newer than today', () => {
  assert.match(reasonOf({ ...today, v: 4 }), /ChargerAdded has version 4, newer/);
  assert.match(reasonOf({ type: 'ChargerLost', v: 2 }), /ChargerLost has version 2, newer/);
});
for (const v of [0, -1, 1.5, NaN, Infinity, 2 ** 53, '1', null, [1], {}, true]) {
  refusing(`the version ${inspect(v)}`, () => assert.match(reasonOf({ type: 'ChargerLost', v }), /^v: /));
}
for (const type of ['', 'chargerLost', 'ChargerLost ', '__proto__', 'constructor', 'toString']) {
  refusing(`the unknown type ${JSON.stringify(type)}`, () =>
    assert.is(reasonOf({ type }), `unknown event type ${JSON.stringify(type)}`),
  );
}
for (const type of [undefined, null, 1, ['ChargerLost'], { name: 'ChargerLost' }]) {
  refusing(`a type that is ${JSON.stringify(type) ?? 'absent'}`, () =>
    assert.match(reasonOf({ type }), /^type: /),
  );
}
for (const value of [undefined, null, 0, NaN, '', 'ChargerLost', true, [], [{ type: 'ChargerLost' }]]) {
  refusing(`${typeof value} ${JSON.stringify(value) ?? ''} in place of an object`, () =>
    assert.match(reasonOf(value), /expected object/),
  );
}
refusing('a type with a lone surrogate, in a reason that UTF-8 can hold', () => {
  const reason = reasonOf({ type: '\ud800' });
  assert.match(reason, 'unknown event type');
  assert.ok(reason.isWellFormed());
});
refusing('a very long type, in a short reason', () => {
  const reason = reasonOf({ type: 'x'.repeat(60_000) });
  assert.match(reason, 'unknown event type "xxx');
  assert.ok(reason.length < 200);
});
refusing.run();

const fields = suite('wrong fields are rejected by their names');

for (const [what, wrong, field] of [
  ['a text that is a number', { name: 5 }, 'name'],
  ['a text that is missing', { name: undefined }, 'name'],
  ['a text that is only space', { name: ' ' }, 'name'],
  ['a text that is too long', { name: 'x'.repeat(21) }, 'name'],
  ['a text with a lone surrogate', { name: 'a\udc00' }, 'name'],
  ['a number that is text', { watts: '65' }, 'watts'],
  ['a number that is beyond all numbers', JSON.parse('{"watts":1e999}'), 'watts'],
  ['a number that is none', { watts: NaN }, 'watts'],
  ['a number that is null', { watts: null }, 'watts'],
] as const) {
  fields(what, () => {
    const value: unknown = Object.assign({ ...today, v: 3 }, wrong);
    assert.match(reasonOf(value), new RegExp(`^ChargerAdded: ${field}: `));
  });
}
fields('each with its own', () =>
  assert.match(reasonOf({ type: 'ChargerAdded', v: 3 }), /^ChargerAdded: name: .*; watts: /),
);
fields('also in an old shape, by the names that they had there', () =>
  assert.match(
    reasonOf({ type: 'ChargerAdded', v: 1, label: 7, watts: 65 }),
    /^ChargerAdded, version 1: label: .*; watts: /,
  ),
);
fields('and what is right there, but not in the shape of today, by the names of today', () =>
  assert.match(
    reasonOf({ type: 'ChargerAdded', v: 1, label: '', watts: 'x' }),
    /^ChargerAdded: name: .*; watts: /,
  ),
);
fields.run();

const hostile = suite('a hostile object does no harm');

hostile('`__proto__` as a field gives no event its fields', () => {
  const reason = reasonOf(
    JSON.parse('{"type":"ChargerAdded","v":3,"__proto__":{"name":"brick","watts":65}}'),
  );
  assert.match(reason, /^ChargerAdded: name: /);
});
hostile('`__proto__` beside the right fields is one that is not known', () => {
  const read = events.read(JSON.parse('{"type":"ChargerLost","__proto__":{"polluted":true}}'));
  assert.equal(read, { type: 'ChargerLost' });
  assert.is(Object.getPrototypeOf(read), Object.prototype);
  assert.not('polluted' in {});
});
hostile('`constructor` and `toString` as fields neither', () =>
  assert.equal(events.read(JSON.parse('{"type":"ChargerLost","constructor":1,"toString":2}')), {
    type: 'ChargerLost',
  }),
);
hostile('one that is nested very deep neither', () => {
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
  assert.equal(events.read(JSON.parse(`{"type":"ChargerLost","deep":${deep}}`)), { type: 'ChargerLost' });
  assert.match(reasonOf(JSON.parse(`{"type":"ChargerAdded","v":3,"name":${deep},"watts":1}`)), /name: /);
});
hostile('an old shape on which an upcaster stumbles is rejected, not thrown', () => {
  const fragile = defineEvents({
    ChargerLost: {
      schema: ChargerLost,
      older: [
        {
          schema: ChargerLost.extend({ label: z.unknown() }),
          upcast: ({ label, ...rest }) => ({ ...rest, name: z.string().parse(label) }),
        },
      ],
    },
  });
  const read = fragile.read({ type: 'ChargerLost', label: 7 });
  assert.match(read instanceof Rejection ? read.reason : '', 'does not have the shape of version 1');
});
hostile.run();
