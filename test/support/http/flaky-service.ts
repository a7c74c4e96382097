/** A proxy whose first requests fail, for tests of clients that retry. */

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

export type FlakyService = {
  readonly url: string;
  /** Headers of every request received so far. */
  readonly requests: readonly IncomingHttpHeaders[];
  close(): void;
};

/**
 * Starts a proxy to `url`. The first `failures` requests get a 503 (`unavailable`) or a closed connection (`broken`).
 * Later requests are forwarded.
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
        .then(async (upstream) => {
          const body = await upstream.text();
          const { 'transfer-encoding': _encoding, ...headers } = Object.fromEntries(upstream.headers);
          response.writeHead(upstream.status, headers).end(body);
        });
    } else if (failure === 'broken') request.socket.destroy();
    else response.writeHead(503, { 'Retry-After': '0' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return { url: `http://127.0.0.1:${address.port}`, requests, close: () => server.close() };
}
