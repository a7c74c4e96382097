/** Problems as clients of the HTTP door see them: RFC 9457 documents. HTTP status numbers of errors stand here alone. */

import { Problem, problemCodes, type ProblemCode } from '../core/problem.ts';

type ProblemKind = { readonly status: number; readonly title: string };

/** How each code is told over HTTP. */
export const problemKinds: Readonly<Record<ProblemCode, ProblemKind>> = {
  malformed: { status: 400, title: 'The request is malformed' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'not-acceptable': { status: 406, title: 'None of the accepted media types can be served' },
  conflict: { status: 409, title: 'The request contradicts the current state' },
  'precondition-failed': { status: 412, title: 'The precondition failed' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  invalid: { status: 422, title: 'The body is not what it should be' },
  unavailable: { status: 503, title: 'The service cannot do this at the moment' },
  internal: { status: 500, title: 'Something went wrong on our side' },
};

/** RFC 9457, with `errors` for what is wrong inside a body (`pointer` is a JSON Pointer, RFC 6901). */
export type ProblemDocument = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
};

/** `type` is stable and relative to the service: `/problems/<code>`. */
export function toProblemDocument({ code, message, locations }: Problem): ProblemDocument {
  const { status, title } = problemKinds[code];
  return {
    type: `/problems/${code}`,
    title,
    status,
    detail: message,
    ...(locations.length > 0 && { errors: locations }),
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
