/** Requests as they are on the wire, for tests of what `fetch` hides or refuses to send. */

import { request, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';

export type RawResponse = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As it came: not decompressed. */
  readonly body: Buffer;
};

export type RawRequest = {
  readonly method?: string;
  /** Nothing is added to these but Host, Connection and, with a body, its length. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** One request on a connection of its own. */
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

/** An answer's body as JSON. */
export function parseJsonBody({ body }: RawResponse): Record<string, unknown> {
  return JSON.parse(body.toString());
}

/** Sends `text` as it is and resolves with all that comes until the other side closes the connection. */
export async function sendText(url: string, text: string): Promise<string> {
  const { socket, received } = open(url);
  socket.write(text);
  return received;
}

/** A connection that a test can be slow on. */
export function open(url: string): { readonly socket: Socket; readonly received: Promise<string> } {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const received = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    // A connection that is cut off is what some tests are about.
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(text));
  });
  return { socket, received };
}
