/** Problems as clients see them, at every door: RFC 9457 documents. The status numbers of errors stand here alone. */

import type { ProblemDocument } from './documents.ts';
import { Problem, problemCodes, type ProblemCode } from '../domain/problem.ts';

export const problemMediaType = 'application/problem+json';

type ProblemKind = {
  readonly status: number;
  readonly title: string;
  /** What it means and what to do, for the page that `type` leads to. */
  readonly explanation: string;
};

/** How each code is told. */
export const problemKinds: Readonly<Record<ProblemCode, ProblemKind>> = {
  malformed: {
    status: 400,
    title: 'The request is malformed',
    explanation:
      'A part of the request has not the form that it should have: the body is not JSON, or an id, a query parameter or a header cannot be read. The detail names the part. Sending the same request again does not help.',
  },
  unauthenticated: {
    status: 401,
    title: 'The request needs a token',
    explanation:
      'This service asks for a bearer token for every change, and the request had none, or one that is not valid: expired, signed by someone else, or meant for another audience. WWW-Authenticate says what is wrong.',
  },
  forbidden: {
    status: 403,
    title: 'The token does not allow this',
    explanation:
      'The token is valid, but does not carry the scope that the change needs. WWW-Authenticate names it.',
  },
  'not-found': {
    status: 404,
    title: 'There is no such thing',
    explanation: 'There is no entity with this id at this moment, or no such route.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method is not allowed here',
    explanation: 'The path is known, but not with this method. Allow names those that are.',
  },
  'not-acceptable': {
    status: 406,
    title: 'None of the accepted media types can be served',
    explanation: 'The Accept header names no media type that this answer can have.',
  },
  'too-slow': {
    status: 408,
    title: 'The request took too long to arrive',
    explanation:
      'The headers or the body did not arrive in time, so the connection was closed. Send the request again on a new one.',
  },
  conflict: {
    status: 409,
    title: 'The request contradicts the current state',
    explanation:
      'The entity is not in a state in which this can be done: the id is taken, or other writers changed the entity first in every try. Read it, and decide again.',
  },
  'precondition-failed': {
    status: 412,
    title: 'The precondition failed',
    explanation:
      'The entity is not at a version that If-Match names: somebody changed it since you read it. Read it again, and decide again.',
  },
  'too-large': {
    status: 413,
    title: 'The body is too large',
    explanation: 'A body may have 64 KiB.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body must be JSON',
    explanation: 'Send the body as application/json in UTF-8, not compressed.',
  },
  invalid: {
    status: 422,
    title: 'The body is not what it should be',
    explanation:
      'The body is JSON, but not of the shape that is asked for: `errors` names every place (a JSON Pointer) and what is wrong there. The same answer is given to an Idempotency-Key that was already used for another request.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    explanation:
      'This client has sent more requests than it may in this time. Retry-After says when to come back.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    explanation: 'The request line and the headers together may have 16 KiB.',
  },
  unavailable: {
    status: 503,
    title: 'The service cannot do this at the moment',
    explanation:
      'The event log is away or slow, this replica has not caught up in time, or it is starting. Retry-After says when another try makes sense. Where the outcome of a write is not known, the detail says so; sending it again with the same Idempotency-Key is safe.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong on our side',
    explanation: 'A bug. The cause is in the log of the service under the Request-Id of the answer.',
  },
};

/** `type` is stable and relative to the service: `/problems/<code>`. */
export function toProblemDocument({ code, message, locations }: Problem): ProblemDocument {
  const { status, title } = problemKinds[code];
  return {
    type: `/problems/${code}`,
    title,
    status,
    detail: message,
    ...(locations.length > 0 && { errors: [...locations] }),
  };
}

/** The problem that a client may see: our own as it is, a foreign error that names a client's mistake, else `internal`. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = clientErrorStatus(error);
  const code = problemCodes.find((candidate) => problemKinds[candidate].status === status);
  if (code !== undefined && error instanceof Error) return new Problem(code, error.message);
  return new Problem('internal', 'The error is logged under the id of this request.', { cause: error });
}

/** The 4xx status that a library gave its error (http-errors: `status` and `expose`); undefined for anything else. */
function clientErrorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  return error.status >= 400 && error.status < 500 ? error.status : undefined;
}
