/**
 * Responses to connections whose request is malformed, too large or too slow. Node.js provides only the socket in these
 * cases, so the response is written as text.
 */

import { maxHeaderSize, STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem, type ProblemCode } from '../../domain/problem.ts';
import { problemMediaType, toProblemDocument } from '../../api/responses/problem-document.ts';

/** Problems by the code of a `clientError` event of a `node:http` server. Any other code means `malformed`. */
const problemsByCode = new Map<string | undefined, readonly [ProblemCode, string]>([
  [
    'HPE_HEADER_OVERFLOW',
    [
      'headers-too-large',
      `The request line, with the URL, and the headers are larger than ${maxHeaderSize} bytes together.`,
    ],
  ],
  [
    'HPE_INVALID_URL',
    [
      'malformed',
      'The URL contains a character that must be percent-encoded, as UTF-8: send é as %C3%A9, and a space as %20.',
    ],
  ],
  [
    'HPE_CHUNK_EXTENSIONS_OVERFLOW',
    ['too-large', 'The chunk extensions are larger than 16384 bytes. Send none: they have no effect.'],
  ],
]);

/** @param limits the timeouts of the server, in ms. */
export function toClientProblem(
  error: NodeJS.ErrnoException,
  limits: { readonly headersTimeoutMs: number; readonly requestTimeoutMs: number },
): Problem {
  const { code } = error;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const [headers, request] = [limits.headersTimeoutMs / 1000, limits.requestTimeoutMs / 1000];
    return new Problem(
      'too-slow',
      `The request did not arrive in time: its headers have to within ${headers} s, and all of it within ${request} s.`,
    );
  }
  const known = problemsByCode.get(code);
  if (known !== undefined) return new Problem(...known);
  // The parser's reason is a fixed text: `Invalid method encountered`.
  const reason = 'reason' in error && typeof error.reason === 'string' ? `: ${error.reason}` : '';
  return new Problem('malformed', `This is not a valid HTTP/1.1 request${reason}.`);
}

/** The only expectation that HTTP defines is `100-continue`, to which Node.js responds itself (RFC 9110, section 10.1.1). */
export function rejectExpectation({ headers }: IncomingMessage, response: ServerResponse): void {
  const problem = new Problem(
    'expectation-failed',
    `The header Expect has the value "${headers.expect}". Only "100-continue" is supported; or send the request without it.`,
  );
  const document = toProblemDocument(problem);
  response.writeHead(document.status, {
    // The body, if there is one, is not read.
    Connection: 'close',
    'Content-Type': problemMediaType,
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(JSON.stringify(document));
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
