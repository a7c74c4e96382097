/** What a client is told that speaks no HTTP, or too slowly: Node gives us its socket, there is no request to answer. */

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem, type ProblemCode } from '../../domain/problem.ts';
import { problemMediaType, toProblemDocument } from '../../api/problem-document.ts';

/** What an error of the event `clientError` of a `node:http` server means, by its code; any other is no HTTP. */
const known = new Map<string | undefined, readonly [ProblemCode, string]>([
  ['ERR_HTTP_REQUEST_TIMEOUT', ['too-slow', 'The request did not arrive in time.']],
  [
    'HPE_HEADER_OVERFLOW',
    ['headers-too-large', 'The request line and the headers are over 16 KiB together.'],
  ],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', ['too-large', 'The extensions of a chunk are too large.']],
]);

export function toClientProblem({ code }: NodeJS.ErrnoException): Problem {
  return new Problem(...(known.get(code) ?? (['malformed', 'This is not an HTTP request.'] as const)));
}

/** Writes the problem as a whole HTTP response and closes the connection. */
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
