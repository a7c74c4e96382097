import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { findUndescribed } from '../../../../test/support/contract/undescribed.ts';
import {
  cloudEventBatchMediaType,
  cloudEventMediaType,
  cloudEventOf,
  toCloudEvent,
  type CloudEvent,
} from './cloud-event.ts';

const Lit = z.object({ type: z.literal('Lit') }).meta({ description: 'The event.' });
const schema = cloudEventOf(Lit);
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const live = {
  position: 12,
  time: '2026-01-31T12:00:00.000Z',
  id: 7,
  messageId: 'm',
  traceparent,
  actor: 'ada',
  event: { type: 'Lit' } as const,
};
const expected: CloudEvent<{ type: 'Lit' }> = {
  specversion: '1.0',
  id: '12',
  source: '/lamps',
  type: 'Lit',
  subject: '7',
  time: '2026-01-31T12:00:00.000Z',
  datacontenttype: 'application/json',
  data: { type: 'Lit' },
  sequence: '0000000000000012',
  messageid: 'm',
  traceparent,
  actor: 'ada',
};

const test = suite('a CloudEvent');

test('is created from a live event', () => assert.equal(toCloudEvent('/lamps', live), expected));
test('has media types for one event and for a batch', () => {
  assert.is(cloudEventMediaType, 'application/cloudevents+json');
  assert.is(cloudEventBatchMediaType, 'application/cloudevents-batch+json');
});
test('matches its schema, with and without the optional attributes', () => {
  const { messageid: _, traceparent: __, actor: ___, ...required } = expected;
  assert.equal(schema.parse(expected), expected);
  assert.equal(schema.parse(required), required);
});
for (const [attribute, value] of [
  ['specversion', '0.3'],
  ['id', 12],
  ['source', undefined],
  ['type', undefined],
  ['subject', undefined],
  ['time', 'yesterday'],
  ['datacontenttype', 'text/plain'],
  ['data', { type: 'Out' }],
  ['sequence', '12'],
  ['sequence', '00000000000000012'],
  ['sequence', '000000000000001x'],
  ['sequence', 'x0000000000000012'],
  ['messageid', 1],
  ['traceparent', 'x'],
] as const) {
  test(`does not match its schema with ${attribute}: ${JSON.stringify(value)}`, () =>
    assert.not(schema.safeParse({ ...expected, [attribute]: value }).success));
}
test('has a description of every attribute', () =>
  assert.equal(findUndescribed(schema), ['/specversion', '/datacontenttype', '/data/type']));
test('sorts by its sequence as by its position', () => {
  const sequences = [9, 10, 99, 100, Number.MAX_SAFE_INTEGER].map(
    (position) => toCloudEvent('/lamps', { ...live, position }).sequence,
  );
  assert.equal(
    sequences.toSorted((a, b) => (a < b ? -1 : 1)),
    sequences,
  );
});
test.run();
