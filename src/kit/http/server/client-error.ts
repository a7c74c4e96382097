/**
 * Responses to connections whose request is malformed, too large or too slow. Node.js provides only the socket in these
 * cases, so the response is written as text.
 */

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem, type ProblemCode } from '../../domain/problem.ts';
import { problemMediaType, toProblemDocument } from '../../api/problem-document.ts';

/** Problems by the code of a `clientError` event of a `node:http` server. Any other code means `malformed`. */
const problemsByCode = new Map<string | undefined, readonly [ProblemCode, string]>([
  ['ERR_HTTP_REQUEST_TIMEOUT', ['too-slow', 'The request did not arrive in time.']],
  ['HPE_HEADER_OVERFLOW', ['headers-too-large', 'The request line and headers exceed 16 KiB.']],
  [
    'HPE_INVALID_URL',
    [
      'malformed',
      'The URL contains a character that must be percent-encoded, as UTF-8: send é as %C3%A9, and a space as %20.',
    ],
  ],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', ['too-large', 'The chunk extensions are too large.']],
]);

export function toClientProblem({ code }: NodeJS.ErrnoException): Problem {
  return new Problem(
    ...(problemsByCode.get(code) ?? (['malformed', 'This is not a valid HTTP request.'] as const)),
  );
}

/** Writes the problem as a complete HTTP response and closes the connection. */
export function respondToClientError(problem: Problem, socket: Duplex): void {
  const document = toProblemDocument(problem);
  const body = JSON.stringify(document);
  socket.end(
    [
      `HTTP/1.1 ${document.status} ${STATUS_CODES[document.status]}`,
      'Connection: close',
      `Date: ${new Date().toUTCString()}`,
      `Content-Type: ${problemMediaType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'X-Content-Type-Options: nosniff',
      '',
      body,
    ].join('\r\n'),
    () => socket.destroy(),
  );
}
