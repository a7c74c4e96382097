/** Every problem says what would have been accepted, in its detail, its errors or a header. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toProblem, toProblemDocument } from '../../src/kit/api/responses/problem-document.ts';
import { problemCodes, type ProblemCode } from '../../src/kit/domain/problem.ts';
import { audience, createIssuer, issuerName } from '../support/http/issuer.ts';
import { send, sendText, type RawRequest } from '../support/http/raw-http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { start, close } = await startTestSystem();
const issuer = await createIssuer('one', 'EdDSA');
const folder = await mkdtemp(join(tmpdir(), 'portside-accepted-'));
const keys = join(folder, 'keys.json');
await writeFile(keys, JSON.stringify({ keys: [issuer.publicKey] }));
const [laptops, guarded, limited] = await Promise.all([
  start('laptops', { env: { HEADERS_TIMEOUT_SECONDS: '2', REQUEST_TIMEOUT_SECONDS: '3' } }),
  start('laptops', {
    env: {
      AUTH_JWKS_FILE: keys,
      AUTH_ISSUER: issuerName,
      AUTH_AUDIENCE: audience,
      AUTH_ALGORITHMS: 'EdDSA',
    },
  }),
  start('laptops', { env: { RATE_LIMIT_PER_SECOND: '1', RATE_LIMIT_BURST: '0' } }),
]);
const json = { 'Content-Type': 'application/json' };
const lenovo = '{"title":"Lenovo","model":"S3"}';
assert.is((await laptops.post('/laptops', { json: { id: 1, ...JSON.parse(lenovo) } })).status, 201);

/** Status, headers and body of a response as one text. */
type Shown = string;

async function show(path: string, request: RawRequest = {}, url = laptops.url): Promise<Shown> {
  const { status, headers, body } = await send(url + path, request);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
  return [status, ...lines, body.toString()].join('\n');
}
const post = (headers: Record<string, string>, body = lenovo) =>
  show('/laptops', { method: 'POST', headers, body });
const raw = (text: string) => sendText(laptops.url, text);

async function showForbidden(): Promise<Shown> {
  const token = await issuer.issue({ scope: 'ports:write' });
  const headers = { ...json, Authorization: `Bearer ${token}` };
  return show('/laptops', { method: 'POST', headers, body: lenovo }, guarded.url);
}

async function showTooMany(): Promise<Shown> {
  const responses = await Promise.all([1, 2, 3, 4].map(() => show('/laptops', {}, limited.url)));
  return responses.find((response) => response.startsWith('429')) ?? 'none was rejected';
}

type Case = readonly [description: string, run: () => Promise<Shown>, ...expected: RegExp[]];

const list = (query: string) => () => show(`/laptops?${query}`);
const eventList = (query: string) => () => show(`/laptops/events?${query}`);

const cases: Readonly<Record<ProblemCode, readonly Case[]>> = {
  malformed: [
    ['limit=0', list('limit=0'), /must be a whole number from 1 to 10000/],
    ['limit=100000', list('limit=100000'), /must be a whole number from 1 to 10000/],
    ['limit=x', list('limit=x'), /must be a whole number from 1 to 10000/],
    ['after=-1', list('after=-1'), /must be a whole number from 0 to 9007199254740991/],
    ['limit=5000 of events', eventList('limit=5000'), /from 1 to 1000/],
    ['a repeated parameter', list('title=a&title=b'), /"\/title","detail":"must be given only once"/],
    [
      'an unknown parameter',
      list('name=x'),
      /Unknown parameter. Accepted: limit, after, asOf, title, model, sort, cursor\./,
    ],
    ['an unknown sort order', list('sort=id'), /\\"title\\"\|\\"-title\\"\|\\"model\\"/],
    ['a malformed time', list('asOf=2026-01-31'), /must be a position \(12\), or an RFC 3339 time/],
    ['a time in the future', list('asOf=2999-01-01T00:00:00Z'), /clock of the event log is at 20/],
    ['a position in the future', list('asOf=99'), /the stream ends at 1/],
    ['a cursor without a sort order', list('cursor=x'), /cursor requires sort/],
    ['an unknown event type', eventList('type=X'), /must be one of LaptopAdded, LaptopRevised/],
    ['a malformed id of an event', eventList('id=x'), /must be a positive integer below 2\^53/],
    ['a malformed position', eventList('after=x'), /must be a position \(0, 1, 2 …\)/],
    ['a malformed id', () => show('/laptops/x'), /An id is a positive integer/],
    ['a malformed escape', list('title=%'), /Send é as %C3%A9, and % itself as %25/],
    ['an unescaped character', () => raw('GET /é HTTP/1.1\r\nHost: x\r\n\r\n'), /percent-encoded/],
    ['no host', () => raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n'), /send Host: <name>:<port>/],
    ['no HTTP', () => raw('Hello\r\n\r\n'), /not a valid HTTP\/1\.1 request: Invalid method/],
    ['a malformed tag', () => post({ ...json, 'If-Match': '1' }), /list of entity tags in double quotes/],
    ['a malformed key', () => post({ ...json, 'Idempotency-Key': '"a b"' }), /1 to 255 visible ASCII/],
    ['no JSON', () => post(json, '{'), /The body is not JSON: .*JSON/],
    ['a repeated key', () => post(json, '{"title":"x","title":"y"}'), /Send each key once/],
  ],
  unauthenticated: [
    [
      'a write without a token',
      () => show('/laptops', { method: 'POST', headers: json, body: lenovo }, guarded.url),
      /www-authenticate: Bearer realm=.*scope="laptops:write"/,
      /Send the header Authorization: Bearer <token>/,
    ],
  ],
  forbidden: [
    ['a token of another scope', showForbidden, /scope="laptops:write"/, /the scope laptops:write/],
  ],
  'not-found': [
    ['an unknown path', () => show('/LAPTOPS'), /case-sensitive .* \/openapi\.json lists them/],
    ['an unknown laptop', () => show('/laptops/9'), /There is no laptop 9/],
    ['an unknown problem type', () => show('/problems/x'), /The types are malformed, /],
  ],
  'method-not-allowed': [
    [
      'PATCH of the collection',
      () => show('/laptops', { method: 'PATCH' }),
      /allow: GET, HEAD, POST, OPTIONS/,
      /Allowed are GET, HEAD, POST, OPTIONS/,
    ],
  ],
  'not-acceptable': [
    [
      'another type of the events',
      () => show('/laptops/events', { headers: { Accept: 'image/png' } }),
      /text\/event-stream, application\/cloudevents-batch\+json, application\/cloudevents\+json/,
    ],
  ],
  'too-slow': [
    [
      'headers that do not arrive',
      () => raw('GET / HTTP/1.1\r\nHost'),
      /its headers have to within 2 s, and all of it within 3 s/,
    ],
  ],
  conflict: [['an id that is in use', () => post(json, `{"id":1,${lenovo.slice(1)}`), /already a laptop/]],
  'precondition-failed': [
    [
      'an outdated tag',
      () => show('/laptops/1', { method: 'DELETE', headers: { 'If-Match': '"9"' } }),
      /laptop 1 is at version 1, with the tag \\"1\\", but If-Match requires \\"9\\"/,
    ],
  ],
  'too-large': [
    ['a body of 65,537 bytes', () => post(json, ' '.repeat(65_537)), /larger than 65536 bytes/],
    [
      'a chunked body',
      () => post({ ...json, 'Transfer-Encoding': 'chunked' }, ' '.repeat(65_537)),
      /larger than 65536 bytes/,
    ],
  ],
  'unsupported-media-type': [
    [
      'a form',
      () => post({ 'Content-Type': 'text/plain' }),
      /accept: application\/json/,
      /send Content-Type/,
    ],
    ['no type', () => post({}), /accept: application\/json/, /send Content-Type: application\/json/],
    [
      'a compressed body',
      () => post({ ...json, 'Content-Encoding': 'gzip' }),
      /accept-encoding: identity/,
      /send it without Content-Encoding/,
    ],
    ['another charset', () => post({ 'Content-Type': 'application/json; charset=latin1' }), /must be UTF-8/],
    [
      'another patch',
      () => show('/laptops/1', { method: 'PATCH', headers: json, body: lenovo }),
      /accept-patch: application\/merge-patch\+json/,
    ],
  ],
  'expectation-failed': [
    [
      'another expectation than 100-continue',
      () => post({ ...json, Expect: '200-ok' }),
      /content-type: application\/problem\+json/,
      /Expect has the value \\"200-ok\\"\. Only \\"100-continue\\" is supported/,
    ],
  ],
  invalid: [
    [
      'an unknown field',
      () => post(json, `{"colour":"black",${lenovo.slice(1)}`),
      /"\/colour","detail":"Unknown field. Accepted: id, title, model\."/,
    ],
    ['a missing field', () => post(json, '{"title":"x"}'), /"\/model","detail":"[^"]*expected string/],
    ['a long title', () => post(json, JSON.stringify({ title: 'x'.repeat(201), model: 'x' })), /<=200/],
    [
      'a changed read-only field',
      () => show('/laptops/1', { method: 'PUT', headers: json, body: `{"id":2,${lenovo.slice(1)}` }),
      /must be absent or 1/,
    ],
  ],
  'too-many-requests': [
    ['too many requests', showTooMany, /retry-after: 1/, /rate limit of 1 requests per second/],
  ],
  'headers-too-large': [
    [
      'a long URL',
      () => raw(`GET /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\n\r\n`),
      /with the URL, and the headers are larger than 16384 bytes/,
    ],
  ],
  unavailable: [
    [
      'a position that is not reached',
      () => show('/laptops', { headers: { 'Wait-For-Position': '99', Prefer: 'wait=0' } }),
      /retry-after: 1/,
      /is at position 1 of LAPTOPS and did not reach 99/,
    ],
  ],
  // No request should cause it.
  internal: [
    [
      'a fault of the service',
      async () => JSON.stringify(toProblemDocument(toProblem(new Error('secret')))),
      /is logged with the id of this request/,
    ],
  ],
};

for (const code of problemCodes) {
  const problem = suite(`the problem ${code}`);
  for (const [description, run, ...expected] of cases[code]) {
    problem(`says what would have been accepted: ${description}`, async () => {
      const shown = await run();
      assert.match(shown, `/problems/${code}`);
      for (const pattern of expected) assert.match(shown, pattern);
    });
  }
  if (code === problemCodes.at(-1))
    problem.after(async () => {
      await close();
      await rm(folder, { recursive: true });
    });
  problem.run();
}
