/** The schemas of the request and response headers, and of the parameter asOf. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { findUndescribed } from '../../../../test/support/contract/undescribed.ts';
import { AsOf } from './as-of.ts';
import { PageQuery } from './paging.ts';
import { requestHeaderNames, requestHeaderSchema, type RequestHeaderName } from './request-headers.ts';
import { responseHeaders } from './response-headers.ts';

const accepts = (name: RequestHeaderName, value: string) =>
  requestHeaderSchema([name]).safeParse({ [name]: value }).success;
const names = [
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Wait-For-Position',
  'Last-Event-ID',
  'Seen-Event',
  'Request-Id',
  'Prefer',
] as const;

const Described = z.looseObject({ description: z.string().min(20), example: z.string().min(1) });

/** Returns the descriptions and examples of the properties of a schema, by name. */
const describe = (schema: z.ZodType) =>
  Object.entries(z.toJSONSchema(schema, { io: 'input' }).properties ?? {}).map(
    ([name, property]) => [name, Described.parse(property)] as const,
  );

const requests = suite('a request header');

requests('is one of these, or traceparent', () =>
  assert.equal(requestHeaderNames, [...names, 'traceparent']),
);
for (const [name, valid, invalid] of [
  [
    'Idempotency-Key',
    ['a', '"a"', '!#~', 'x'.repeat(255), `"${'x'.repeat(255)}"`],
    ['', '""', 'a b', 'a"', '"a', 'ä', '\u007f', 'x'.repeat(256)],
  ],
  [
    'If-Match',
    ['*', ' * ', '"1"', '"1", W/"2"', ', "1" ,, ', '"1" , ', '"1",\t"2"'],
    ['', '1', '"1" "2"', '*, "1"', '"1",x', '"1",  x'],
  ],
  ['If-None-Match', ['*', '"1"'], ['1']],
  [
    'Wait-For-Position',
    ['0', '12', 'latest', 'LAMPS=1', 'LAMPS=1, PORTS=latest', 'LAMPS = 1 , P-2=3', '9'.repeat(15)],
    [
      '',
      '-1',
      '1.5',
      'last',
      'LAMPS',
      'LAMPS=',
      '=1',
      'LAMPS=1;PORTS=2',
      'LAMPS=1,',
      ' 1',
      '1 ',
      '9'.repeat(16),
    ],
  ],
  ['Last-Event-ID', ['0', '12', '9'.repeat(15)], ['', 'x', '-1', '1x', 'x1', '9'.repeat(16)]],
  [
    'Seen-Event',
    ['12=2026-01-31T12:00:00.000Z', `${'9'.repeat(15)}=2026-01-31T12:00:00.000Z`],
    [
      '',
      '12',
      '12=2026-01-31',
      'x=2026-01-31T12:00:00.000Z',
      '12=2026-01-31T12:00:00.000Z ',
      '12=2026-01-31T12:00:00Z',
    ],
  ],
  ['Request-Id', ['order-7'], []],
  ['Prefer', ['wait=2'], []],
] as const) {
  requests(`${name} is accepted in its syntax only`, () => {
    for (const value of valid) assert.ok(accepts(name, value), value);
    for (const value of invalid) assert.not(accepts(name, value), value);
  });
}
requests('is optional', () => assert.equal(requestHeaderSchema(names).parse({}), {}));
requests('that is invalid is rejected with its syntax', () => {
  const reasonOf = (name: RequestHeaderName) =>
    requestHeaderSchema([name]).safeParse({ [name]: '' }).error?.message ?? '';
  assert.match(reasonOf('Idempotency-Key'), 'must be 1 to 255 visible ASCII characters');
  assert.match(reasonOf('If-Match'), 'must be * (alone), or a list of entity tags');
  assert.match(reasonOf('Wait-For-Position'), 'must be a position (0, 1, 2 …)');
  assert.match(reasonOf('Last-Event-ID'), 'must be a position (0, 1, 2 …)');
});
requests('has a description and an example', () => {
  assert.equal(findUndescribed(requestHeaderSchema(names)), []);
  for (const [name, { example }] of describe(requestHeaderSchema(names)))
    assert.ok(requestHeaderSchema(names).safeParse({ [name]: example }).success, name);
});
requests.run();

const responses = suite('a response header');

responses('has a description, and an example that is valid', () => {
  assert.equal(findUndescribed(z.object(responseHeaders)), []);
  const schemas = new Map<string, z.ZodType>(Object.entries(responseHeaders));
  for (const [name, { example }] of describe(z.object(responseHeaders)))
    assert.ok(schemas.get(name)?.safeParse(example).success, name);
});
responses('that is a number consists of digits', () => {
  for (const name of ['Stream-Position', 'Age', 'Retry-After'] as const) {
    assert.ok(responseHeaders[name].safeParse('12').success, name);
    for (const text of ['', 'x', '1x', 'x1', '-1'])
      assert.not(responseHeaders[name].safeParse(text).success, `${name}: ${text}`);
  }
});
responses('ETag is an entity tag', () => {
  for (const tag of ['"12"', 'W/"12"', '"12;PORTS=7"'])
    assert.ok(responseHeaders.ETag.safeParse(tag).success);
  for (const tag of ['12', 'x"12"', '"12"x', '"1"2"'])
    assert.not(responseHeaders.ETag.safeParse(tag).success, tag);
});
responses('has a stable id if the OpenAPI document shares it', () => {
  const shared = Object.entries(responseHeaders).flatMap(([name, schema]) => {
    const header = schema.meta()?.['header'];
    return header === undefined ? [] : [[name, header]];
  });
  assert.ok(shared.length >= 11);
  for (const [name, header] of shared) assert.equal(header, { id: name });
});
responses.run();

const asOf = suite('the parameter asOf');

asOf('is a position or a time with a UTC offset', () => {
  assert.equal(AsOf.parse('12'), { position: 12 });
  assert.equal(AsOf.parse('0'), { position: 0 });
  assert.equal(AsOf.parse('2026-01-31T12:00:00Z'), { time: Date.UTC(2026, 0, 31, 12) });
  assert.equal(AsOf.parse('2026-01-31T12:00:00.5+01:00'), { time: Date.UTC(2026, 0, 31, 11, 0, 0, 500) });
});
asOf('may be a time in lower case, and a leap second', () => {
  assert.equal(AsOf.parse('2026-01-31t12:00:00z'), { time: Date.UTC(2026, 0, 31, 12) });
  assert.equal(AsOf.parse('2016-12-31T23:59:60Z'), { time: Date.UTC(2017, 0, 1) });
});
asOf('is nothing else', () => {
  for (const text of ['', 'x', '1x', 'x1', '-1', '2026-01-31', '2026-01-31T12:00:00', '9'.repeat(16)]) {
    const { error } = AsOf.safeParse(text);
    assert.match(error?.message ?? '', 'must be a position (12), or an RFC 3339 time', text);
  }
});
asOf('and the parameters of a page have descriptions and examples', () => {
  assert.equal(findUndescribed(z.object({ asOf: AsOf })), []);
  assert.equal(findUndescribed(PageQuery), []);
  for (const schema of [AsOf, PageQuery.shape.limit, PageQuery.shape.after]) {
    assert.ok((schema.meta()?.description?.length ?? 0) > 20);
    assert.ok(schema.safeParse(String(schema.meta()?.['example'])).success);
  }
});
asOf.run();
