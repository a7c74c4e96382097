/** A proxy between a client and its broker that loses, cuts and holds what a bad network would. */

import type { Buffer } from 'node:buffer';
import { connect, createServer, type Socket } from 'node:net';
import { createFrameReader } from './nats-frames.ts';

/**
 * What happens to a publish:
 * - `pass`: it goes through.
 * - `cut after`: it goes through, and then the connection breaks before an answer comes back.
 * - `cut before`: the connection breaks, and the broker never sees it.
 */
export type PublishFault = 'pass' | 'cut after' | 'cut before';

export type TcpProxy = {
  /** Where the client connects to: `nats://127.0.0.1:<port>`. */
  readonly url: string;
  /** Decides on every publish to an event subject, from now on. */
  onPublish(fault: (subject: string) => PublishFault): void;
  /** Leaves out the next message of a consumer, as if the broker had not sent it. */
  dropNextDelivery(): void;
  /** From now on nothing of the broker reaches the client, until `release`. */
  hold(): void;
  /** Everything that was held goes out, and what comes goes through again. */
  release(): void;
  /** Breaks every connection that is open; new ones go through. */
  disconnectAll(): void;
  /** Breaks every connection that is open, and every new one too, until `acceptConnections`. */
  rejectConnections(): void;
  acceptConnections(): void;
  close(): Promise<void>;
};

type Pair = { readonly client: Socket; readonly broker: Socket; readonly held: Buffer[] };

/** @param target the broker: `nats://127.0.0.1:4222`. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname: host, port } = new URL(target);
  const pairs = new Set<Pair>();
  let faultOf: (subject: string) => PublishFault = () => 'pass';
  let holding = false;
  let isRejecting = false;
  let drops = 0;

  function accept(client: Socket) {
    if (isRejecting) {
      client.destroy();
      return;
    }
    const broker = connect({ host, port: Number(port), noDelay: true });
    client.setNoDelay(true);
    const pair: Pair = { client, broker, held: [] };
    pairs.add(pair);
    const readFrames = createFrameReader();
    const readBrokerFrames = createFrameReader();

    client.on('data', (chunk: Buffer) => {
      for (const { bytes, subject } of readFrames(chunk)) {
        const fault = subject?.includes('.events.') ? faultOf(subject) : 'pass';
        if (fault !== 'cut before') broker.write(bytes);
        if (fault !== 'pass') {
          end(pair);
          return;
        }
      }
    });
    broker.on('data', (chunk: Buffer) => {
      for (const { bytes, line } of readBrokerFrames(chunk)) {
        if (drops > 0 && line.includes(' $JS.ACK.')) drops -= 1;
        else if (holding) pair.held.push(bytes);
        else client.write(bytes);
      }
    });
    for (const socket of [client, broker]) {
      // A broken connection is what this is for.
      socket.on('error', () => undefined);
      socket.on('close', () => end(pair));
    }
  }

  /** The broker still gets what was written to it; the client gets nothing any more. */
  function end(pair: Pair) {
    if (!pairs.delete(pair)) return;
    pair.client.destroy();
    pair.broker.end();
    pair.broker.resume();
  }

  function disconnectAll() {
    for (const pair of pairs) end(pair);
  }

  const server = createServer(accept);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  return {
    url: `nats://127.0.0.1:${address.port}`,
    onPublish: (fault) => void (faultOf = fault),
    dropNextDelivery: () => void (drops += 1),
    hold: () => void (holding = true),
    release() {
      holding = false;
      for (const { client, held } of pairs) {
        for (const chunk of held.splice(0)) client.write(chunk);
      }
    },
    disconnectAll,
    rejectConnections() {
      isRejecting = true;
      disconnectAll();
    },
    acceptConnections: () => void (isRejecting = false),
    close() {
      for (const pair of pairs) {
        pair.client.destroy();
        pair.broker.destroy();
      }
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
