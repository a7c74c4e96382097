/** Low-level HTTP requests, for tests of messages that `fetch` hides or does not send. */

import { request, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';

export type RawResponse = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Not decompressed. */
  readonly body: Buffer;
};

export type RawRequest = {
  readonly method?: string;
  /** Only Host, Connection and, with a body, Content-Length are added. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** Sends one request on a new connection. */
export function send(
  url: string,
  { method = 'GET', headers = {}, body }: RawRequest = {},
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) }),
      );
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

export function parseJsonBody({ body }: RawResponse): Record<string, unknown> {
  return JSON.parse(body.toString());
}

/** Sends `text` unchanged and returns everything received until the server closes the connection. */
export async function sendText(url: string, text: string): Promise<string> {
  const { socket, received } = open(url);
  socket.write(text);
  return received;
}

/** Opens a connection. `received` resolves when it is closed. */
export function open(url: string): { readonly socket: Socket; readonly received: Promise<string> } {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const received = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    // Some tests expect a reset connection.
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(text));
  });
  return { socket, received };
}
