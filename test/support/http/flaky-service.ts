/** A way to a service that fails at first, for tests of those who try again. */

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

export type FlakyService = {
  readonly url: string;
  /** The headers of every request so far. */
  readonly requests: readonly IncomingHttpHeaders[];
  close(): void;
};

/**
 * The first `failures` requests are answered that the service is `unavailable`, or their connections break; the others
 * are passed on.
 */
export async function startFlakyService(
  url: string,
  failures: number,
  failure: 'unavailable' | 'broken',
): Promise<FlakyService> {
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers);
    if (requests.length > failures) {
      const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers;
      void text(request)
        .then((body) =>
          fetch(url + request.url, {
            method: request.method ?? 'GET',
            headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
            ...(body !== '' && { body }),
          }),
        )
        .then(async (answer) => {
          const body = await answer.text();
          const { 'transfer-encoding': _encoding, ...headers } = Object.fromEntries(answer.headers);
          response.writeHead(answer.status, headers).end(body);
        });
    } else if (failure === 'broken') request.socket.destroy();
    else response.writeHead(503, { 'Retry-After': '0' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, requests, close: () => server.close() };
}
