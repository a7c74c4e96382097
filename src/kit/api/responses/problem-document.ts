/** Problem documents (RFC 9457) of the REST API and the NATS API. The only file that defines the HTTP status of errors. */

import type { ProblemDocument } from './documents.ts';
import { Problem, problemCodes, type ProblemCode } from '../../domain/problem.ts';

export const problemMediaType = 'application/problem+json';

type ProblemKind = {
  readonly status: number;
  readonly title: string;
  /** Cause and remedy, for the web page at the URL in `type`. */
  readonly explanation: string;
};

export const problemKinds: Readonly<Record<ProblemCode, ProblemKind>> = {
  malformed: {
    status: 400,
    title: 'The request is malformed',
    explanation:
      'The body is not JSON, or an id, a query parameter or a header is malformed. The detail identifies the malformed part. Do not send the same request again.',
  },
  unauthenticated: {
    status: 401,
    title: 'A valid bearer token is required',
    explanation:
      'This service requires a bearer token for every write. The request has no token, or the token is not valid: it has expired, has the wrong signature, or is meant for another audience. The WWW-Authenticate header contains the reason.',
  },
  forbidden: {
    status: 403,
    title: 'The token does not permit this request',
    explanation:
      'The token is valid but does not have the required scope. The WWW-Authenticate header contains the scope.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    explanation: 'The entity does not exist, or no route matches the path.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method is not allowed',
    explanation: 'The path does not support this method. The Allow header lists the supported methods.',
  },
  'not-acceptable': {
    status: 406,
    title: 'None of the accepted media types is available',
    explanation: 'The response is not available in any of the media types in the Accept header.',
  },
  'too-slow': {
    status: 408,
    title: 'The request took too long to arrive',
    explanation:
      'The headers or the body did not arrive in time. The server closed the connection. Send the request again on a new connection.',
  },
  conflict: {
    status: 409,
    title: 'The request conflicts with the current state',
    explanation:
      'The current state of the entity does not allow this request: for example, its id is already in use, or other writers changed the entity first in every attempt. Read the entity and decide again.',
  },
  'precondition-failed': {
    status: 412,
    title: 'The precondition failed',
    explanation:
      'If-Match does not list the version of the entity, because it was changed after you read it, or If-None-Match excludes it: with `*`, because it exists already. Read it again and decide again.',
  },
  'too-large': {
    status: 413,
    title: 'The body is too large',
    explanation:
      'The maximum size of a body is 64 KiB (65,536 bytes). Over NATS, a reply that exceeds the `max_payload` of the broker is rejected as well; the detail states whether a command was executed.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body must be JSON',
    explanation:
      'Send the body as application/json in UTF-8, not compressed; a patch as application/merge-patch+json. The header Accept or Accept-Patch of the response has the media types that are accepted, and Accept-Encoding the encodings.',
  },
  'expectation-failed': {
    status: 417,
    title: 'The expectation is not supported',
    explanation: 'The header Expect has another value than `100-continue`. Send the request without it.',
  },
  invalid: {
    status: 422,
    title: 'The body is invalid',
    explanation:
      'The body is JSON but does not match the schema. `errors` lists every invalid location (a JSON Pointer) with the reason. This problem is also returned for an Idempotency-Key that was already used for another request.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    explanation:
      'The client has exceeded its rate limit. The Retry-After header contains the time to wait, in seconds.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    explanation:
      'The maximum size of the request line, with the URL, and the headers together is 16 KiB (16,384 bytes).',
  },
  unavailable: {
    status: 503,
    title: 'The service is temporarily unavailable',
    explanation:
      'The event log is unreachable or slow, this replica has not caught up in time, or the service is starting. The Retry-After header contains the time to wait, in seconds. If it is unknown whether a write was stored, the detail states this. It is safe to send the write again with the same Idempotency-Key.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    explanation: 'The service has a bug. Its log contains the cause, with the Request-Id of the response.',
  },
};

/** `type` is stable and relative to the base URL of the service: `/problems/<code>`. */
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

/**
 * Converts any error to a problem that can be sent to a client. An error of a library with a 4xx status keeps its
 * message. Every other error becomes `internal`, without its message.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = clientErrorStatus(error);
  const code = problemCodes.find((candidate) => problemKinds[candidate].status === status);
  if (code !== undefined && error instanceof Error) return new Problem(code, error.message);
  return new Problem('internal', 'The error is logged with the id of this request.', { cause: error });
}

/** Returns the 4xx status of a library error (http-errors has `status`); undefined for any other error. */
function clientErrorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  return error.status < 500 ? error.status : undefined;
}
