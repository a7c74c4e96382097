import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem, problemCodes } from '../../domain/problem.ts';
import { problemKinds, problemMediaType, toProblem, toProblemDocument } from './problem-document.ts';

const statuses = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'not-acceptable': 406,
  'too-slow': 408,
  conflict: 409,
  'precondition-failed': 412,
  'too-large': 413,
  'unsupported-media-type': 415,
  'expectation-failed': 417,
  invalid: 422,
  'too-many-requests': 429,
  'headers-too-large': 431,
  unavailable: 503,
  internal: 500,
} as const;

const kinds = suite('every problem code');

for (const code of problemCodes) {
  kinds(`has a status, a title and an explanation: ${code}`, () => {
    const { status, title, explanation } = problemKinds[code];
    assert.is(status, statuses[code]);
    assert.ok(title.length > 5 && !title.endsWith('.'), title);
    assert.match(explanation, /^[A-Z`].{20,}\.$/);
  });
}
kinds('has an explanation of its own', () =>
  assert.is(new Set(problemCodes.map((code) => problemKinds[code].explanation)).size, problemCodes.length),
);
kinds.run();

const documents = suite('the document of a problem');

documents('has the type, title and status of its code, and its detail', () => {
  assert.equal(toProblemDocument(new Problem('conflict', 'The id is in use.')), {
    type: '/problems/conflict',
    title: problemKinds.conflict.title,
    status: 409,
    detail: 'The id is in use.',
  });
  assert.is(problemMediaType, 'application/problem+json');
});
documents('lists the invalid locations', () => {
  const locations = [{ pointer: '/title', detail: 'Too long' }];
  assert.equal(toProblemDocument(new Problem('invalid', 'x', { locations })).errors, locations);
});
documents('has no list of errors if there are none', () =>
  assert.not('errors' in toProblemDocument(new Problem('invalid', 'x'))),
);
documents.run();

const errors = suite('an error');

errors('that is a problem is returned unchanged', () => {
  const problem = new Problem('conflict', 'x');
  assert.is(toProblem(problem), problem);
});
for (const [status, code] of [
  [400, 'malformed'],
  [404, 'not-found'],
  [413, 'too-large'],
  [431, 'headers-too-large'],
] as const) {
  errors(`of a library with status ${status} becomes ${code}, with its message`, () => {
    const { code: found, message } = toProblem(Object.assign(new Error('from the library'), { status }));
    assert.equal([found, message], [code, 'from the library']);
  });
}
for (const [description, error] of [
  ['with status 500', Object.assign(new Error('secret'), { status: 500 })],
  ['with status 503', Object.assign(new Error('secret'), { status: 503 })],
  ['with status 399', Object.assign(new Error('secret'), { status: 399 })],
  ['with a status that has no code', Object.assign(new Error('secret'), { status: 418 })],
  ['with a status that is text', Object.assign(new Error('secret'), { status: '404' })],
  ['without a status', new Error('secret')],
  ['that is not an Error', { status: 404, message: 'secret' }],
  ['that is undefined', undefined],
] as const) {
  errors(`${description} becomes internal, without its message`, () => {
    const { code, message, cause } = toProblem(error);
    assert.is(code, 'internal');
    assert.is(message, 'The error is logged with the id of this request.');
    assert.is(cause, error);
  });
}
errors.run();
