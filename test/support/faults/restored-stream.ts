/** Restores an older copy of a stream's files, as an operator does who recovers a server from a file system backup. */

import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectToNats, type Access } from '../../../src/kit/nats/connection/connection.ts';
import type { TestBroker } from '../broker/broker.ts';
import { publishAll } from '../broker/publish.ts';
import { eventually } from '../eventually.ts';
import { findFreePort } from '../process/free-port.ts';

type StoppableBroker = Pick<TestBroker, 'dataDir' | 'kill' | 'restart'>;

export type StreamCopy = {
  /** Puts the copy back in place of the stream's files. The broker must be stopped. */
  restore(): Promise<void>;
  /** Puts back only the messages and keeps the consumers, as after the loss of the last messages. The broker must be stopped. */
  restoreMessages(): Promise<void>;
  close(): Promise<void>;
};

/** Copies the files of a stream. Restarts the broker for this. */
export async function copyStream(broker: StoppableBroker, stream: string): Promise<StreamCopy> {
  await broker.kill();
  const folder = await findStreamFolder(broker, stream);
  const copy = await mkdtemp(join(tmpdir(), 'portside-stream-'));
  await cp(folder, copy, { recursive: true });
  await broker.restart();
  const replace = async (from: string, to: string) => {
    await rm(to, { recursive: true });
    await cp(from, to, { recursive: true });
  };
  return {
    restore: () => replace(copy, folder),
    restoreMessages: () => replace(join(copy, 'msgs'), join(folder, 'msgs')),
    close: () => rm(copy, { recursive: true }),
  };
}

/**
 * Replaces the stream by the copy, and publishes `messages` to it while no service can reach the broker. Afterwards, the
 * broker is available again.
 *
 * @param access credentials that may publish `messages`
 */
export async function continueFromCopy(
  broker: StoppableBroker,
  copy: Pick<StreamCopy, 'restore'>,
  messages: Parameters<typeof publishAll>[1],
  access?: Omit<Access, 'url'>,
): Promise<void> {
  await broker.kill();
  await copy.restore();
  const port = await findFreePort();
  await broker.restart(port);
  const { nc } = await connectToNats({
    ...access,
    url: `nats://127.0.0.1:${port}`,
    name: 'continues a copy',
  });
  await eventually(() => publishAll(nc, messages.slice(0, 1)));
  await publishAll(nc, messages.slice(1));
  await nc.close();
  await broker.kill();
  await broker.restart();
}

async function findStreamFolder({ dataDir }: StoppableBroker, stream: string): Promise<string> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const found = entries.find((entry) => entry.isDirectory() && entry.name === stream);
  if (found === undefined) throw new Error(`${dataDir} has no folder ${stream}`);
  return join(found.parentPath, found.name);
}
