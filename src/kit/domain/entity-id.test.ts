import { inspect } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EntityId, makeEntityId, maxEntityId, parseEntityId } from './entity-id.ts';

const parsing = suite('parseEntityId');

parsing('accepts the canonical decimal form', () => {
  assert.is(parseEntityId('1'), 1);
  assert.is(parseEntityId('42'), 42);
  assert.is(parseEntityId(String(maxEntityId)), maxEntityId);
});

for (const text of [
  '',
  '0',
  '-1',
  '+1',
  '042',
  '1.0',
  '4e1',
  '0x2a',
  ' 1',
  '1 ',
  '1\n',
  '1_000',
  '٤٢',
  'NaN',
  'x',
]) {
  parsing(`rejects ${JSON.stringify(text)}`, () => assert.is(parseEntityId(text), undefined));
}

parsing('rejects numbers greater than 2^53 - 1', () => {
  for (const text of ['9007199254740992', '9007199254740993', '9999999999999999', '1'.padEnd(400, '0')])
    assert.is(parseEntityId(text), undefined, text);
});
parsing.run();

const generation = suite('makeEntityId');
const now = Date.UTC(2026, 0, 1);
const almostOne = 1 - Number.EPSILON / 2;

generation('returns a larger id for a later millisecond, regardless of the random bits', () => {
  assert.ok(makeEntityId(now + 1, 0) > makeEntityId(now, almostOne));
});
generation('returns different ids in the same millisecond if the random bits differ', () => {
  assert.is.not(makeEntityId(now, 0.25), makeEntityId(now, 0.75));
});
generation('stores the milliseconds since 2020 above 11 random bits', () => {
  const millisecond = Date.UTC(2020, 0, 1) + 5;
  assert.is(makeEntityId(millisecond, 0), 5 * 2048);
  assert.is(makeEntityId(millisecond, almostOne), 5 * 2048 + 2047);
});
generation('returns a valid id until at least 2126', () => {
  for (const time of [now, Date.UTC(2126, 0, 1)]) {
    for (const random of [0, 0.5, almostOne]) {
      const id = makeEntityId(time, random);
      assert.is(parseEntityId(String(id)), id);
    }
  }
});
generation.run();

const validation = suite('the EntityId schema');

validation('accepts integers from 1 to 2^53 - 1', () => {
  for (const id of [1, 42, maxEntityId]) assert.is(EntityId.parse(id), id);
});
for (const value of [
  0,
  -1,
  1.5,
  NaN,
  Infinity,
  maxEntityId + 1,
  1e300,
  '1',
  null,
  undefined,
  true,
  [1],
  {},
  1n,
]) {
  validation(`rejects ${inspect(value)}`, () => assert.not(EntityId.safeParse(value).success));
}
validation.run();
