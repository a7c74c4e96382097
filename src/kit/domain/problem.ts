/** Closed list of error codes. `api/responses/problem-document.ts` maps each code to an HTTP status. */
export const problemCodes = [
  'malformed',
  'unauthenticated',
  'forbidden',
  'not-found',
  'method-not-allowed',
  'not-acceptable',
  'too-slow',
  'conflict',
  'precondition-failed',
  'too-large',
  'unsupported-media-type',
  'expectation-failed',
  'invalid',
  'too-many-requests',
  'headers-too-large',
  'unavailable',
  'internal',
] as const;

export type ProblemCode = (typeof problemCodes)[number];

/** An error at a location in a body. `pointer` is a JSON Pointer (RFC 6901). */
export type ProblemLocation = { readonly pointer: string; readonly detail: string };

/** The only error whose message is sent to clients. Any other error is a bug and is reported as `internal`. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly locations: readonly ProblemLocation[];

  /** @param detail a human-readable sentence that is sent to the client. */
  constructor(
    code: ProblemCode,
    detail: string,
    options: { cause?: unknown; locations?: readonly ProblemLocation[] } = {},
  ) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.locations = options.locations ?? [];
  }
}
