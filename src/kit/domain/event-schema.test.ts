import { inspect } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Rejection } from './decider.ts';
import { defineEvents } from './event-schema.ts';
import { text } from './text.ts';

/** Version 1 has `label`, and `watts` as text. Version 2 renames `label` to `name`. Version 3 has `watts` as a number. */
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
  return read instanceof Rejection ? read.reason : `not rejected: ${JSON.stringify(read)}`;
}

const current = { type: 'ChargerAdded', name: 'brick', watts: 65 } as const;

const defining = suite('defineEvents');

const failureOf = (types: Parameters<typeof defineEvents>[0]) => {
  try {
    defineEvents(types);
    return 'none';
  } catch (error) {
    return String(error);
  }
};
defining('rejects a schema with another type than its name', () => {
  assert.is(
    failureOf({ ChargerSold: { schema: ChargerLost } }),
    'TypeError: the schema of the event "ChargerSold" has the type "ChargerLost"',
  );
});
defining('names all types of a schema with several', () => {
  const schema = z.object({ type: z.literal(['ChargerLost', 'ChargerFound']) });
  assert.is(
    failureOf({ ChargerSold: { schema } }),
    'TypeError: the schema of the event "ChargerSold" has the type "ChargerLost, ChargerFound"',
  );
});
defining('rejects an older version with another type than its name', () => {
  const schema = z.object({ type: z.literal('ChargerSold') });
  assert.is(
    failureOf({ ChargerSold: { schema, older: [{ schema: ChargerLost, upcast: (old) => old }] } }),
    'TypeError: the schema of the event "ChargerSold" has the type "ChargerLost"',
  );
});
defining('rejects a field with the name of the version', () => {
  const schema = ChargerLost.extend({ v: z.int() });
  assert.is(
    failureOf({ ChargerLost: { schema } }),
    'TypeError: the event "ChargerLost" has the field "v", which is the version of its schema',
  );
});
defining.run();

const reading = suite('reading an event');

reading('returns an event of the current version unchanged', () =>
  assert.equal(events.read({ ...current, v: 3 }), current),
);
reading('applies the last upcaster to an event of the previous version', () =>
  assert.equal(events.read({ type: 'ChargerAdded', v: 2, name: 'brick', watts: '65' }), current),
);
reading('applies all upcasters in order to an event of version 1', () =>
  assert.equal(events.read({ type: 'ChargerAdded', v: 1, label: 'brick', watts: '65' }), current),
);
reading('treats an event without a version as version 1', () =>
  assert.equal(events.read({ type: 'ChargerAdded', label: 'brick', watts: '65' }), current),
);
reading('accepts a type with one version with or without `v`', () => {
  assert.equal(events.read({ type: 'ChargerLost' }), { type: 'ChargerLost' });
  assert.equal(events.read({ type: 'ChargerLost', v: 1 }), { type: 'ChargerLost' });
});
reading('omits unknown fields', () =>
  assert.equal(events.read({ type: 'ChargerLost', by: 'me', at: [1] }), { type: 'ChargerLost' }),
);
reading('does not modify the stored value', () => {
  const stored = Object.freeze({ type: 'ChargerAdded', v: 1, label: ' brick ', watts: '65' });
  assert.equal(events.read(stored), current);
  assert.equal(stored, { type: 'ChargerAdded', v: 1, label: ' brick ', watts: '65' });
});
reading.run();

const writing = suite('writing an event');

writing('adds the version if it is not 1', () =>
  assert.equal(events.write(current), { v: 3, type: 'ChargerAdded', name: 'brick', watts: 65 }),
);
writing('omits version 1', () =>
  assert.equal(events.write({ type: 'ChargerLost' }), { type: 'ChargerLost' }),
);
writing('produces a value that is read as the same event', () => {
  for (const event of [current, { type: 'ChargerLost' }] as const)
    assert.equal(events.read(JSON.parse(JSON.stringify(events.write(event)))), event);
});
writing('puts the type first, then the version', () =>
  assert.equal(Object.keys(events.write({ watts: 65, name: 'brick', type: 'ChargerAdded' })), [
    'type',
    'v',
    'watts',
    'name',
  ]),
);
writing('throws for an event of another service', () => {
  // JSON.parse bypasses type checking, which prevents this mistake.
  const foreign: typeof current = JSON.parse('{"type":"Foreign"}');
  assert.throws(() => events.write(foreign), /Foreign is not an event of this service/);
});
writing.run();

const rejection = suite('an invalid event');

rejection('is rejected if its version is newer than the current one', () => {
  assert.match(reasonOf({ ...current, v: 4 }), /ChargerAdded has version 4, newer/);
  assert.match(reasonOf({ type: 'ChargerLost', v: 2 }), /ChargerLost has version 2, newer/);
});
for (const v of [0, -1, 1.5, NaN, Infinity, 2 ** 53, '1', null, [1], {}, true]) {
  rejection(`is rejected if its version is ${inspect(v)}`, () =>
    assert.match(reasonOf({ type: 'ChargerLost', v }), /^v: /),
  );
}
for (const type of ['', 'chargerLost', 'ChargerLost ', '__proto__', 'constructor', 'toString']) {
  rejection(`is rejected if its type is unknown: ${JSON.stringify(type)}`, () =>
    assert.is(reasonOf({ type }), `unknown event type ${JSON.stringify(type)}`),
  );
}
for (const type of [undefined, null, 1, ['ChargerLost'], { name: 'ChargerLost' }]) {
  rejection(`is rejected if its type is ${JSON.stringify(type) ?? 'absent'}`, () =>
    assert.match(reasonOf({ type }), /^type: /),
  );
}
for (const value of [undefined, null, 0, NaN, '', 'ChargerLost', true, [], [{ type: 'ChargerLost' }]]) {
  rejection(`is rejected if it is ${typeof value} ${JSON.stringify(value) ?? ''} and not an object`, () =>
    assert.match(reasonOf(value), /^Invalid input: expected object/),
  );
}
rejection('is rejected with a well-formed reason if its type has a lone surrogate', () => {
  const reason = reasonOf({ type: '\ud800' });
  assert.match(reason, 'unknown event type');
  assert.ok(reason.isWellFormed());
});
rejection(
  'is rejected with a reason that can be shown in a terminal if its type has a bidirectional control',
  () =>
    assert.is(reasonOf({ type: 'a\u202eb\u{1fffe}' }), String.raw`unknown event type "a\u202eb\ud83f\udffe"`),
);
rejection('is rejected with a short reason if its type is very long', () => {
  const reason = reasonOf({ type: 'x'.repeat(60_000) });
  assert.match(reason, 'unknown event type "xxx');
  assert.ok(reason.length < 200);
});
rejection.run();

const fields = suite('the reason for an invalid field');

for (const [description, invalid, field] of [
  ['a text that is a number', { name: 5 }, 'name'],
  ['a missing text', { name: undefined }, 'name'],
  ['a text of white space', { name: ' ' }, 'name'],
  ['a text over the limit', { name: 'x'.repeat(21) }, 'name'],
  ['a text with a lone surrogate', { name: 'a\udc00' }, 'name'],
  ['a number that is a string', { watts: '65' }, 'watts'],
  ['an infinite number', JSON.parse('{"watts":1e999}'), 'watts'],
  ['a number that is NaN', { watts: NaN }, 'watts'],
  ['a number that is null', { watts: null }, 'watts'],
] as const) {
  fields(`begins with the field name for ${description}`, () => {
    const value: unknown = Object.assign({ ...current, v: 3 }, invalid);
    assert.match(reasonOf(value), new RegExp(`^ChargerAdded: ${field}: `));
  });
}
fields('lists every invalid field', () =>
  assert.match(reasonOf({ type: 'ChargerAdded', v: 3 }), /^ChargerAdded: name: .*; watts: /),
);
fields('has the path of a nested field', () => {
  const schema = z.object({ type: z.literal('ChargerMoved'), place: z.object({ room: z.string() }) });
  const read = defineEvents({ ChargerMoved: { schema } }).read({ type: 'ChargerMoved', place: {} });
  assert.match(read instanceof Rejection ? read.reason : '', /^ChargerMoved: place\.room: /);
});
fields('has the field names of the stored version if that version is invalid', () =>
  assert.match(
    reasonOf({ type: 'ChargerAdded', v: 1, label: 7, watts: 65 }),
    /^ChargerAdded, version 1: label: .*; watts: /,
  ),
);
fields('has the field names of the current version if only the upcast event is invalid', () =>
  assert.match(
    reasonOf({ type: 'ChargerAdded', v: 1, label: '', watts: 'x' }),
    /^ChargerAdded: name: .*; watts: /,
  ),
);
fields.run();

const hostile = suite('a hostile object');

hostile('cannot provide fields through `__proto__`', () => {
  const reason = reasonOf(
    JSON.parse('{"type":"ChargerAdded","v":3,"__proto__":{"name":"brick","watts":65}}'),
  );
  assert.match(reason, /^ChargerAdded: name: /);
});
hostile('cannot change a prototype: `__proto__` is ignored like any unknown field', () => {
  const read = events.read(JSON.parse('{"type":"ChargerLost","__proto__":{"polluted":true}}'));
  assert.equal(read, { type: 'ChargerLost' });
  assert.is(Object.getPrototypeOf(read), Object.prototype);
  assert.not('polluted' in {});
});
hostile('may have `constructor` and `toString` as unknown fields', () =>
  assert.equal(events.read(JSON.parse('{"type":"ChargerLost","constructor":1,"toString":2}')), {
    type: 'ChargerLost',
  }),
);
hostile('may be nested 30,000 levels deep', () => {
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
  assert.equal(events.read(JSON.parse(`{"type":"ChargerLost","deep":${deep}}`)), { type: 'ChargerLost' });
  assert.match(reasonOf(JSON.parse(`{"type":"ChargerAdded","v":3,"name":${deep},"watts":1}`)), /name: /);
});
hostile('is rejected if an upcaster throws', () => {
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
hostile('is rejected if its schema throws, with a reason that does not depend on the error', () => {
  const schema = ChargerLost.refine(() => {
    throw new SyntaxError('a text that differs between versions of Node.js');
  });
  const read = defineEvents({ ChargerLost: { schema } }).read({ type: 'ChargerLost' });
  assert.ok(read instanceof Rejection);
  assert.is(read.reason, 'the event schema threw an error');
  assert.instance(read.cause, SyntaxError);
});
hostile.run();

const union = suite('the schema of all events');

union('accepts the current version of each type', () => {
  assert.equal(events.event.parse(current), current);
  assert.equal(events.event.parse({ type: 'ChargerLost' }), { type: 'ChargerLost' });
  for (const other of [{ type: 'ChargerAdded', label: 'brick', watts: '65' }, { type: 'Foreign' }])
    assert.not(events.event.safeParse(other).success);
});
union.run();

const checking = suite('the characters of texts');

/** 2026-11-26T00:00:00Z. */
const since = Date.UTC(2026, 10, 26);
const dated = defineEvents(
  {
    ChargerAdded: {
      schema: ChargerAdded,
      older: [
        {
          schema: ChargerAdded1.extend({ label: text(20) }),
          upcast: ({ label, watts, ...rest }) => ({ ...rest, name: label, watts: Number(watts) }),
        },
      ],
    },
    ChargerNamed: { schema: z.object({ type: z.literal('ChargerNamed'), name: text(20) }) },
  },
  { textsCheckedSince: '2026-11-26T01:00:00+01:00' },
);
const badName = 'a\0b';
const badEvents = [
  { type: 'ChargerNamed', name: badName },
  { type: 'ChargerAdded', v: 2, name: badName, watts: 65 },
  { type: 'ChargerAdded', label: badName, watts: '65' },
] as const;

for (const event of badEvents) {
  const version = 'v' in event ? event.v : 1;
  checking(`are not checked in a ${event.type}, version ${version}, that was stored before the time`, () => {
    const read = dated.read(event, since - 1);
    assert.is(read instanceof Rejection ? read.reason : read.name, badName);
  });
  checking(
    `are checked in a ${event.type}, version ${version}, that was stored later, or is not stored`,
    () => {
      for (const time of [since, since + 1, undefined]) {
        const read = dated.read(event, time);
        assert.match(
          read instanceof Rejection ? read.reason : '',
          'the control character U+0000 at position 2',
        );
      }
    },
  );
}
checking('are checked in all events by default', () =>
  assert.instance(events.read({ ...current, name: badName }, 0), Rejection),
);
checking('are checked since a time: another text is rejected', () =>
  assert.throws(
    () => defineEvents({}, { textsCheckedSince: 'yesterday' }),
    /textsCheckedSince is not a time: yesterday/,
  ),
);
checking.run();
