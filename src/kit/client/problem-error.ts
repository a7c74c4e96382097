import { ProblemDocument } from '../api/responses/documents.ts';
import { tryParseJson } from '../api/requests/try-parse-json.ts';
import { problemCodes, type ProblemCode } from '../domain/problem.ts';

/** The service's problem codes and those that only a client can raise. */
export type ClientProblemCode =
  | ProblemCode
  /** No response, or a server error that did not come from the service (for example, from a proxy). */
  | 'unreachable'
  /** The response does not match the client's schema; the client may be older than the service. */
  | 'not-understood';

export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ClientProblemCode;
  /** HTTP status; undefined if there was no response. */
  readonly status: number | undefined;
  /** Problem document of the service (RFC 9457); undefined if it sent none. */
  readonly document: ProblemDocument | undefined;
  /** Key of a failed write. Repeating the write with this key executes it at most once. */
  readonly idempotencyKey: string | undefined;
  /** `Retry-After` of the response, in ms. */
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

/** Consumes the response body. */
export async function readProblem(response: Response, idempotencyKey?: string): Promise<ProblemError> {
  const { status, headers } = response;
  const document = ProblemDocument.safeParse(tryParseJson(await response.text())).data;
  const seconds = headers.get('Retry-After');
  const retryAfterMs = seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;
  const options = { status, document, idempotencyKey, retryAfterMs };
  const name = document?.type.split('/').at(-1);
  const code = problemCodes.find((candidate) => candidate === name);
  if (document !== undefined && code !== undefined) return new ProblemError(code, document.detail, options);
  return new ProblemError(
    status >= 500 ? 'unreachable' : 'not-understood',
    `The response has status ${status} and is not a problem document.`,
    options,
  );
}
