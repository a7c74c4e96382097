/** Restores an older copy of a stream's files, as an operator does who recovers a server from a file system backup. */

import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectToNats } from '../../../src/kit/nats/connection/connection.ts';
import type { TestBroker } from '../broker/broker.ts';
import { publishAll } from '../broker/publish.ts';
import { eventually } from '../eventually.ts';
import { findFreePort } from '../process/free-port.ts';

export type StreamCopy = {
  /** Puts the copy back in place of the stream's files. The broker must be stopped. */
  restore(): Promise<void>;
  close(): Promise<void>;
};

/** Copies the files of a stream. Restarts the broker for this. */
export async function copyStream(broker: TestBroker, stream: string): Promise<StreamCopy> {
  await broker.kill();
  const folder = await findStreamFolder(broker, stream);
  const copy = await mkdtemp(join(tmpdir(), 'portside-stream-'));
  await cp(folder, copy, { recursive: true });
  await broker.restart();
  return {
    async restore() {
      await rm(folder, { recursive: true });
      await cp(copy, folder, { recursive: true });
    },
    close: () => rm(copy, { recursive: true }),
  };
}

/**
 * Replaces the stream by the copy, and publishes `messages` to it while no service can reach the broker. Afterwards, the
 * broker is available again.
 */
export async function continueFromCopy(
  broker: TestBroker,
  copy: StreamCopy,
  messages: Parameters<typeof publishAll>[1],
): Promise<void> {
  await broker.kill();
  await copy.restore();
  const port = await findFreePort();
  await broker.restart(port);
  const { nc } = await connectToNats({ url: `nats://127.0.0.1:${port}`, name: 'continues a copy' });
  await eventually(() => publishAll(nc, messages.slice(0, 1)));
  await publishAll(nc, messages.slice(1));
  await nc.close();
  await broker.kill();
  await broker.restart();
}

async function findStreamFolder({ dataDir }: TestBroker, stream: string): Promise<string> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const found = entries.find((entry) => entry.isDirectory() && entry.name === stream);
  if (found === undefined) throw new Error(`${dataDir} has no folder ${stream}`);
  return join(found.parentPath, found.name);
}
