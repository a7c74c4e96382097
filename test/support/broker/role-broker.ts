/** Starts a nats-server with `docker/nats-roles.conf`, or with other roles, and newly generated keys for every role. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nkeys } from 'nats';
import { connectToNats, type Access, type Connection } from '../../../src/kit/nats/connection/connection.ts';
import { eventually } from '../eventually.ts';
import { startTestBroker, type TestBroker } from './broker.ts';

export const roles = [
  'laptops',
  'ports',
  'provisioner',
  'publisher',
  'importer',
  'operator',
  'subscriber',
] as const;
export type Role = (typeof roles)[number];

export const rolesFile = fileURLToPath(new URL('../../../docker/nats-roles.conf', import.meta.url));

export type RoleBroker<Name extends string = Role> = Pick<
  TestBroker,
  'url' | 'dataDir' | 'kill' | 'restart' | 'close'
> & {
  /** Environment variables with which a process connects as this role. */
  environmentOf(role: Name): Readonly<Record<string, string>>;
  accessOf(role: Name): Access;
  /**
   * Connects as this role. The caller closes the connection. `permissionErrors` collects the errors that the server
   * reports on it.
   */
  connectAs(role: Name): Promise<{ connection: Connection; permissionErrors: string[] }>;
};

export async function startRoleBroker(): Promise<RoleBroker>;
/** @param configuration that `portside roles` printed, with these roles. */
export async function startRoleBroker<Name extends string>(
  names: readonly Name[],
  configuration: string,
): Promise<RoleBroker<Name>>;
export async function startRoleBroker(
  names: readonly string[] = roles,
  configuration = readFileSync(rolesFile, 'utf8'),
): Promise<RoleBroker<string>> {
  const folder = mkdtempSync(join(tmpdir(), 'portside-roles-'));
  const publicKeys = names.map((role) => {
    const key = nkeys.createUser();
    writeFileSync(join(folder, role), key.getSeed());
    return [`${role.toUpperCase()}_NKEY`, key.getPublicKey()] as const;
  });
  const broker = await startTestBroker({
    configuration,
    env: Object.fromEntries(publicKeys),
  });
  const accessOf = (role: string): Access => ({
    url: broker.url,
    credentials: { kind: 'nkey', path: join(folder, role) },
    inboxPrefix: `_INBOX_${role}`,
  });

  const { url, dataDir, kill, restart } = broker;
  return {
    url,
    dataDir,
    kill,
    restart,
    accessOf,
    environmentOf: (role) => ({
      NATS_URL: url,
      NATS_NKEY: join(folder, role),
      NATS_INBOX_PREFIX: `_INBOX_${role}`,
    }),
    async connectAs(role) {
      const permissionErrors: string[] = [];
      // The server closes a connection that does not authenticate within 2 s, which happens on a busy machine.
      const connection = await eventually(() =>
        connectToNats(
          { ...accessOf(role), name: `test ${role}` },
          { onServerError: ({ message }) => permissionErrors.push(message) },
        ),
      );
      permissionErrors.length = 0;
      return { connection, permissionErrors };
    },
    async close() {
      await broker.close();
      rmSync(folder, { recursive: true });
    },
  };
}
