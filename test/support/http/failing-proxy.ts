/** An HTTP proxy that answers chosen requests itself, as a gateway in front of a service does. */

import { once } from 'node:events';
import { createServer, request as sendRequest } from 'node:http';

export type GatewayResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
};

export type FailingProxy = {
  readonly url: string;
  /** Sets the response to each request, by its path; undefined forwards it. */
  onRequest(respond: (path: string) => GatewayResponse | undefined): void;
  close(): void;
};

export async function startFailingProxy(target: string): Promise<FailingProxy> {
  let respond: (path: string) => GatewayResponse | undefined = () => undefined;
  const server = createServer((request, response) => {
    const { method, url = '/', headers } = request;
    const own = respond(url);
    if (own !== undefined) {
      response.writeHead(own.status, own.headers).end(own.body);
      return;
    }
    const forwarded = sendRequest(target + url, { method, headers }, (upstream) => {
      response.writeHead(upstream.statusCode ?? 0, upstream.headers);
      upstream.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    response.on('close', () => forwarded.destroy());
    request.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    onRequest: (next) => void (respond = next),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
