import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { ProblemError, readProblem } from './problem-error.ts';
import { readJson } from './read-json.ts';

const document = { type: '/problems/conflict', title: 'Conflict', status: 409, detail: 'The id is in use.' };
const respond = (body: unknown, status = 409, headers: Record<string, string> = {}) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });

const problems = suite('readProblem');

problems('returns the code, detail and document of the service', async () => {
  const error = await readProblem(respond(document), 'k');
  assert.instance(error, ProblemError);
  const { name, code, message, status, idempotencyKey } = error;
  assert.equal([name, code, message], ['ProblemError', 'conflict', 'The id is in use.']);
  assert.equal([status, idempotencyKey], [409, 'k']);
  assert.equal(error.document, document);
});
for (const [description, body, status, code] of [
  ['a body that is not JSON', '<html>', 502, 'unreachable'],
  ['a body that is not JSON', '<html>', 500, 'unreachable'],
  ['a body that is not JSON', '<html>', 499, 'not-understood'],
  ['JSON of another shape', { error: 'x' }, 404, 'not-understood'],
  ['a problem of an unknown type', { ...document, type: '/problems/teapot' }, 418, 'not-understood'],
] as const) {
  problems(`returns ${code} for ${description} with status ${status}`, async () => {
    const error = await readProblem(respond(body, status));
    assert.is(error.code, code);
    assert.is(error.message, `The response has status ${status} and is not a problem document.`);
    assert.is(error.status, status);
  });
}
for (const [header, expected] of [
  ['0', 0],
  ['12', 12_000],
  ['12s', undefined],
  ['a12', undefined],
  ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
  ['', undefined],
] as const) {
  problems(`reads Retry-After: ${header}`, async () =>
    assert.is((await readProblem(respond(document, 409, { 'Retry-After': header }))).retryAfterMs, expected),
  );
}
problems('has no retry time without Retry-After', async () =>
  assert.is((await readProblem(respond(document))).retryAfterMs, undefined),
);
problems('has nothing but a code and a message by default', () => {
  const { status, document, idempotencyKey, retryAfterMs, cause } = new ProblemError('internal', 'x');
  assert.equal(
    [status, document, idempotencyKey, retryAfterMs, cause],
    [undefined, undefined, undefined, undefined, undefined],
  );
});
problems.run();

const reading = suite('readJson');

function failureOf(text: string): ProblemError {
  try {
    readJson(z.object({ id: z.int() }), text);
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('the text was accepted');
}

reading('returns the value that the schema accepts', () =>
  assert.equal(readJson(z.object({ id: z.int() }), '{"id":1,"other":2}'), { id: 1 }),
);
reading('throws `not-understood` for text that is not JSON', () => {
  const error = failureOf('{"id":');
  assert.equal([error.code, error.message], ['not-understood', 'The response is not JSON.']);
  assert.instance(error.cause, SyntaxError);
});
reading('throws `not-understood` with the location for JSON of another shape', () => {
  const error = failureOf('{"id":"x"}');
  assert.is(error.code, 'not-understood');
  assert.match(error.message, /^The response does not match the schema of this client: .*\n.*at id/);
  assert.instance(error.cause, z.ZodError);
});
reading.run();
