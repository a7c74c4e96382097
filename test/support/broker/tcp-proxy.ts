/** A TCP proxy between a NATS client and the broker that drops messages, delays data and closes connections. */

import type { Buffer } from 'node:buffer';
import { connect, createServer, type Socket } from 'node:net';
import { createFrameReader } from './nats-frames.ts';

/**
 * Fault that the proxy applies to a published message:
 * - `pass`: forwards it.
 * - `cut after`: forwards it and closes the connection before the response arrives.
 * - `cut before`: closes the connection without forwarding it.
 */
export type PublishFault = 'pass' | 'cut after' | 'cut before';

export type TcpProxy = {
  /** Address for clients: `nats://127.0.0.1:<port>`. */
  readonly url: string;
  /** Sets the function that chooses the fault for each message published on an event subject. */
  onPublish(fault: (subject: string) => PublishFault): void;
  /** Drops the next message that a consumer delivers. */
  dropNextDelivery(): void;
  /** Buffers everything that the broker sends, until `release`. */
  hold(): void;
  /** Buffers the messages that consumers of this stream deliver, until `release`: the client lags in this stream only. */
  holdDeliveries(stream: string): void;
  /** Sends the buffered data to the client and forwards immediately again. */
  release(): void;
  /** Closes all open connections. New connections are accepted. */
  disconnectAll(): void;
  /** Closes all open connections and every new one, until `acceptConnections`. */
  rejectConnections(): void;
  acceptConnections(): void;
  close(): Promise<void>;
};

type Pair = { readonly client: Socket; readonly broker: Socket; readonly held: Buffer[] };

/** @param target address of the broker: `nats://127.0.0.1:4222`. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname: host, port } = new URL(target);
  const pairs = new Set<Pair>();
  let faultOf: (subject: string) => PublishFault = () => 'pass';
  let holding = false;
  let heldStream: string | undefined;
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
        else if (holding || isHeldDelivery(line)) pair.held.push(bytes);
        else client.write(bytes);
      }
    });
    for (const socket of [client, broker]) {
      // Broken connections are expected.
      socket.on('error', () => undefined);
      socket.on('close', () => end(pair));
    }
  }

  /** The reply subject of a delivery names the stream: `$JS.ACK.LAPTOPS.…`. */
  function isHeldDelivery(line: string): boolean {
    return heldStream !== undefined && line.includes(` $JS.ACK.${heldStream}.`);
  }

  /** Data already written to the broker is still delivered. The client receives nothing more. */
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
    holdDeliveries: (stream) => void (heldStream = stream),
    release() {
      holding = false;
      heldStream = undefined;
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
