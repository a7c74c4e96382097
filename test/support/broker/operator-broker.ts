/** Starts a nats-server in operator mode (JWT authentication) and creates `.creds` files for it. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeAccount, encodeOperator, encodeUser, fmtCreds } from '@nats-io/jwt';
import { nkeys } from 'nats';
import { startTestBroker } from './broker.ts';

export type OperatorBroker = {
  readonly url: string;
  /**
   * Creates a `.creds` file and returns its path. It expires after `seconds`, by default never. With
   * `signer: 'untrusted'` it is signed by an account that the server does not know.
   */
  issue(name: string, options?: { seconds?: number; signer?: 'untrusted' }): Promise<string>;
  close(): Promise<void>;
};

export async function startOperatorBroker(): Promise<OperatorBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'portside-creds-'));
  const [operator, account, system] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createAccount()];
  const unlimited = { conn: -1, subs: -1, data: -1, payload: -1, imports: -1, exports: -1 };
  const storage = { disk_storage: -1, mem_storage: -1, streams: -1, consumer: -1 };
  const [trusted, ofAccount, ofSystem] = await Promise.all([
    encodeOperator('portside', operator, { system_account: system.getPublicKey() }),
    encodeAccount('portside', account, { limits: { ...unlimited, ...storage } }, { signer: operator }),
    encodeAccount('system', system, { limits: unlimited }, { signer: operator }),
  ]);
  const broker = await startTestBroker({
    configuration: [
      `operator: ${trusted}`,
      `system_account: ${system.getPublicKey()}`,
      'resolver: MEMORY',
      'resolver_preload {',
      `  ${account.getPublicKey()}: ${ofAccount}`,
      `  ${system.getPublicKey()}: ${ofSystem}`,
      '}',
    ].join('\n'),
  });

  return {
    url: broker.url,
    async issue(name, { seconds, signer } = {}) {
      const user = nkeys.createUser();
      const issuer = signer === 'untrusted' ? nkeys.createAccount() : account;
      const exp = seconds === undefined ? undefined : Math.floor(Date.now() / 1000) + seconds;
      const jwt = await encodeUser(name, user, issuer, {}, { ...(exp !== undefined && { exp }) });
      const path = join(folder, `${name}.creds`);
      writeFileSync(path, fmtCreds(jwt, user));
      return path;
    },
    async close() {
      await broker.close();
      rmSync(folder, { recursive: true });
    },
  };
}
