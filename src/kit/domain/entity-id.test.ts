import { inspect } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EntityId, makeEntityId, maxEntityId, parseEntityId } from './entity-id.ts';

const parsing = suite('an id in a path or a subject has one spelling');

parsing('the canonical decimal form names the id', () => {
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
  parsing(`${JSON.stringify(text)} names none`, () => assert.is(parseEntityId(text), undefined));
}

parsing('what is beyond 2^53 - 1 names none', () => {
  for (const text of ['9007199254740992', '9007199254740993', '9999999999999999', '1'.padEnd(400, '0')])
    assert.is(parseEntityId(text), undefined, text);
});
parsing.run();

const making = suite('an id that the service makes sorts by time');
const now = Date.UTC(2026, 0, 1);
const almostOne = 1 - Number.EPSILON / 2;

making('a later millisecond gives a larger id, whatever the random parts are', () => {
  assert.ok(makeEntityId(now + 1, 0) > makeEntityId(now, almostOne));
});
making('two of the same millisecond differ by their random parts', () => {
  assert.is.not(makeEntityId(now, 0.25), makeEntityId(now, 0.75));
});
making('it is an id, today and in a hundred years', () => {
  for (const time of [now, Date.UTC(2126, 0, 1)]) {
    for (const random of [0, 0.5, almostOne]) {
      const id = makeEntityId(time, random);
      assert.is(parseEntityId(String(id)), id);
    }
  }
});
making.run();

const validating = suite('an id inside a body is a positive safe integer');

validating('integers from 1 to 2^53 - 1 pass', () => {
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
  validating(`${inspect(value)} does not`, () => assert.not(EntityId.safeParse(value).success));
}
validating.run();
