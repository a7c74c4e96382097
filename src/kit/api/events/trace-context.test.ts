import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseTraceparent, traceIdOf } from './trace-context.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const good = `00-${traceId}-00f067aa0ba902b7-01`;

const test = suite('a traceparent header');

test('is accepted unchanged, including later versions', () => {
  for (const text of [
    good,
    good.replace(/01$/, '00'),
    good.replace(/^00/, '01'),
    good.replace(traceId, `0${traceId.slice(1)}`),
  ]) {
    assert.is(parseTraceparent(text), text);
  }
  assert.is(traceIdOf(good), traceId);
});

test('is ignored if it is malformed', () => {
  for (const text of [
    undefined,
    '',
    'x',
    good.toUpperCase(),
    `${good}-more`,
    ` ${good}`,
    good.replace(/^00/, 'ff'),
    good.replace(traceId, '0'.repeat(32)),
    good.replace('00f067aa0ba902b7', '0'.repeat(16)),
    `x${good}`,
    good.slice(0, -3),
  ]) {
    assert.is(parseTraceparent(text), undefined, text ?? 'nothing');
  }
});

test.run();
