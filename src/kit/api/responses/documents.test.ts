import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { findUndescribed } from '../../../../test/support/contract/undescribed.ts';
import { schemaIds } from '../../domain/service/reserved-names.ts';
import {
  FeedReset,
  historyEntryOf,
  liveEventOf,
  ProblemDocument,
  RejectedMessage,
  ServiceStatus,
  toLiveEvent,
  toTimestamp,
} from './documents.ts';

const named = suite('the named schemas');

named('have the ids that a service must not use', () =>
  assert.equal(
    [ProblemDocument, RejectedMessage, ServiceStatus].map((schema) => schema.meta()?.id),
    schemaIds,
  ),
);
named.run();

const Lit = z.object({ type: z.literal('Lit') }).meta({ description: 'The event.' });
const lit = { type: 'Lit' } as const;
const time = '2026-01-31T12:00:00.000Z';
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const status = {
  service: 'lamps',
  replica: 'lamps-0',
  version: '1.0.0',
  startedAt: time,
  stream: 'LAMPS',
  streams: { LAMPS: { applied: 3, last: null } },
  entities: 2,
  rejected: 1,
  followers: 0,
  brokerDownSince: null,
  appends: { count: 0, medianMs: null, p99Ms: null },
  process: { memoryBytes: 3, heapBytes: 1, heapLimitBytes: 2, eventLoopDelayMs: 0.5 },
  snapshot: null,
  snapshotEvery: 10_000,
  broker: null,
  natsUrl: null,
  traceUrl: null,
};
const problem = { type: '/problems/x', title: 'X', status: 404, detail: 'There is none.' };

/** Each schema with a document that has only its required fields, and one that has all. */
const documents = {
  RejectedMessage: {
    schema: RejectedMessage,
    required: { position: 1, time, subject: 'lamps.events.x', reason: 'not JSON' },
    optional: {},
  },
  HistoryEntry: {
    schema: historyEntryOf(Lit),
    required: { position: 1, time },
    optional: { messageId: 'm', traceparent, event: lit, rejected: 'no' },
  },
  LiveEvent: {
    schema: liveEventOf(Lit),
    required: { position: 1, time, id: 7, event: lit },
    optional: { messageId: 'm', traceparent },
  },
  FeedReset: { schema: FeedReset, required: { asked: 9, position: 5, first: 1, last: 5 }, optional: {} },
  ServiceStatus: { schema: ServiceStatus, required: status, optional: {} },
  ProblemDocument: {
    schema: ProblemDocument,
    required: problem,
    optional: { errors: [{ pointer: '/title', detail: 'Too long' }] },
  },
} as const;

/** Fields whose names explain them. */
const undescribed: Readonly<Record<string, readonly string[]>> = {
  RejectedMessage: [],
  HistoryEntry: ['/event/type'],
  LiveEvent: ['/event/type'],
  FeedReset: [],
  ServiceStatus: ['/appends/count', '/appends/medianMs', '/appends/p99Ms'],
  ProblemDocument: ['/errors/*/detail'],
};

for (const [name, { schema, required, optional }] of Object.entries(documents)) {
  const test = suite(`the schema ${name}`);
  test('accepts a document with and without its optional fields', () => {
    assert.equal(schema.parse(required), required);
    assert.equal(schema.parse({ ...required, ...optional }), { ...required, ...optional });
  });
  for (const field of Object.keys(required)) {
    test(`rejects a document without \`${field}\``, () =>
      assert.not(schema.safeParse({ ...required, [field]: undefined }).success));
  }
  test('describes its fields, with texts that are not empty', () =>
    assert.equal(findUndescribed(schema), undescribed[name]));
  test.run();
}

const fields = suite('the fields of a response');

for (const [field, values] of [
  ['position', [0, -1, 1.5, '1']],
  ['time', ['yesterday', '2026-01-31', 1]],
  ['id', [0, 1.5, '7']],
  ['traceparent', ['x', traceparent.toUpperCase()]],
] as const) {
  fields(`reject an invalid \`${field}\``, () => {
    for (const value of values)
      assert.not(liveEventOf(Lit).safeParse({ ...documents.LiveEvent.required, [field]: value }).success);
  });
}
fields('have schemas with names for the documents', () => {
  const ids = [RejectedMessage, ServiceStatus, ProblemDocument].map((schema) => schema.meta());
  assert.equal(
    ids.map((meta) => meta?.['id']),
    ['RejectedMessage', 'Status', 'Problem'],
  );
  for (const meta of ids) assert.ok(meta?.description);
});
fields('tell when the event of a history is absent', () =>
  assert.match(
    historyEntryOf(Lit).shape.event.meta()?.description ?? '',
    'Absent if the message is not a valid event',
  ),
);
fields('limit the status of a problem to those of errors', () => {
  for (const status of [400, 599]) assert.ok(ProblemDocument.safeParse({ ...problem, status }).success);
  for (const status of [399, 600]) assert.not(ProblemDocument.safeParse({ ...problem, status }).success);
});
fields.run();

const conversion = suite('a stored message');
const message = {
  position: 3,
  time: Date.parse(time),
  nanoseconds: 5,
  subject: 'lamps.events.7',
  id: 7,
  messageId: 'm',
  commandDigest: 'd',
  traceparent,
  actor: 'ada',
  content: lit,
};

conversion('is converted to a live event', () =>
  assert.equal(toLiveEvent(message, lit), {
    position: 3,
    time,
    id: 7,
    messageId: 'm',
    traceparent,
    actor: 'ada',
    event: lit,
  }),
);
conversion('has its time with milliseconds in UTC', () =>
  assert.is(toTimestamp(1), '1970-01-01T00:00:00.001Z'),
);
conversion.run();
