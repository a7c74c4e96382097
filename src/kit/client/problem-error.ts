/** What a client throws when a service, or the way to it, does not do what was asked. */

import { ProblemDocument } from '../api/documents.ts';
import { problemCodes, type ProblemCode } from '../domain/problem.ts';

/** The codes of the services, and what only a client can know. */
export type ClientProblemCode =
  | ProblemCode
  /** No answer came, or one that a proxy gave in the service's place. */
  | 'unreachable'
  /** The answer is not what this client knows: it may be older than the service. */
  | 'not-understood';

export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ClientProblemCode;
  /** The HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** The problem as the service tells it (RFC 9457); undefined when the service did not. */
  readonly document: ProblemDocument | undefined;
  /** Of a write: with this key it can be sent again, and is carried out once. */
  readonly idempotencyKey: string | undefined;
  /** Milliseconds that the service asks to wait before another try. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ClientProblemCode,
    detail: string,
    options: {
      readonly status?: number | undefined;
      readonly document?: ProblemDocument | undefined;
      readonly idempotencyKey?: string | undefined;
      readonly retryAfterMs?: number | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.document = options.document;
    this.idempotencyKey = options.idempotencyKey;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The problem that an answer tells of; reads the answer to its end. */
export async function readProblem(response: Response, idempotencyKey?: string): Promise<ProblemError> {
  const { status, headers } = response;
  const document = ProblemDocument.safeParse(parseJson(await response.text())).data;
  const seconds = headers.get('Retry-After');
  const retryAfterMs = seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;
  const options = { status, document, idempotencyKey, retryAfterMs };
  const name = document?.type.split('/').at(-1);
  const code = problemCodes.find((candidate) => candidate === name);
  if (document !== undefined && code !== undefined) return new ProblemError(code, document.detail, options);
  return new ProblemError(
    status >= 500 ? 'unreachable' : 'not-understood',
    `The answer has status ${status} and is no problem document.`,
    options,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
