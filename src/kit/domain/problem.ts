/** Every failure that a client is told about carries one code of this closed table. */

/** What can go wrong, as clients see it; the HTTP door maps each code to a status. */
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
  'invalid',
  'too-many-requests',
  'headers-too-large',
  'unavailable',
  'internal',
] as const;

export type ProblemCode = (typeof problemCodes)[number];

/** One thing that is wrong inside a body: where (RFC 6901 JSON Pointer) and what. */
export type ProblemLocation = { readonly pointer: string; readonly detail: string };

/** The only error that reaches a client with its text; any other error is a bug and answers `internal`. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly locations: readonly ProblemLocation[];

  /** @param detail a sentence for a person; it is sent to the client. */
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
