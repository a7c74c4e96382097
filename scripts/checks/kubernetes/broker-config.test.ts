/** The broker's configuration, as its pod finds it, read by a real nats-server. */

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nkeys } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createAuthority } from '../../../test/support/broker/certificates.ts';
import { findNatsServer } from '../../setup/programs/nats-server.mjs';
import { runCommand } from '../../setup/command.mjs';
import { brokerFilesOf, ofKind, podOf, type Manifest } from './manifests.ts';
import { overlays, readProject, renderOverlays, type Rendered } from './testing.ts';

const rendered = await renderOverlays();
const program = (await findNatsServer())?.path ?? 'nats-server';
const authority = createAuthority();
const certificate = authority.issue('nats', 'nats');
const publicKeys = Object.fromEntries(
  Array.from(readProject().roles.matchAll(/nkey: \$(\w+)/g), ([, name = '']) => [
    name,
    nkeys.createUser().getPublicKey(),
  ]),
);

type Checked = { readonly accepted: boolean; readonly said: string };

/** Lays the files out as the pod mounts them, and asks nats-server what it makes of them. */
async function check(
  manifests: readonly Manifest[],
  alter: (file: string) => string = (file) => file,
  environment: Readonly<Record<string, string>> = publicKeys,
): Promise<Checked> {
  const [broker] = ofKind(manifests, 'StatefulSet');
  const [container] = broker === undefined ? [] : podOf(broker).containers;
  const folder = mkdtempSync(join(tmpdir(), 'portside-nats-'));
  const configuration = container?.args?.[1]?.replace(`${container.workingDir}/`, '') ?? 'nothing';
  for (const [name, content] of brokerFilesOf(manifests)) writeFileSync(join(folder, name), alter(content));
  mkdirSync(join(folder, 'tls'));
  copyFileSync(certificate.cert, join(folder, 'tls', 'tls.crt'));
  copyFileSync(certificate.key, join(folder, 'tls', 'tls.key'));
  copyFileSync(authority.cert, join(folder, 'tls', 'ca.crt'));
  try {
    const said = await runCommand(program, ['-t', '-c', configuration], {
      cwd: folder,
      env: { POD_NAME: 'nats-0', ...environment },
    });
    return { accepted: true, said };
  } catch (error) {
    return { accepted: false, said: String(error) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tests(overlaysRendered: Rendered): Readonly<Record<string, () => Promise<void>>> {
  const production = overlaysRendered['kubernetes/overlays/production'];
  return {
    ...Object.fromEntries(
      overlays.map((overlay) => [
        `of ${overlay}: nats-server accepts it`,
        async () => {
          const { accepted, said } = await check(overlaysRendered[overlay]);
          assert.ok(accepted, said);
        },
      ]),
    ),
    'with a misspelt setting: it does not': async () => {
      const { accepted, said } = await check(production, (file) =>
        file.replace('sync_interval', 'sync_intervall'),
      );
      assert.not(accepted);
      assert.match(said, /sync_intervall/);
    },
    'with a role whose key is not told: it does not': async () => {
      const { LAPTOPS_NKEY: _, ...others } = publicKeys;
      const { accepted, said } = await check(production, undefined, others);
      assert.not(accepted);
      assert.match(said, /LAPTOPS_NKEY/);
    },
    'with a file that is not there: it does not': async () => {
      const { accepted } = await check(production, (file) => file.replace('routes.conf', 'ways.conf'));
      assert.not(accepted);
    },
    'of production asks for TLS, and for a certificate of a server that joins': async () => {
      const without = await check(production, (file) => file.replaceAll('tls/ca.crt', 'tls/none.crt'));
      assert.not(without.accepted);
      assert.match(without.said, /none\.crt/);
    },
  };
}

const documented = suite('the certificate that docs/kubernetes.md makes');
documented('is good for every name that a server of ours has, as a server and as a client', () => {
  const script = /^ {3}key='(?:.|\n)*?-out tls\.crt$/m.exec(readProject().commands)?.[0] ?? 'false';
  const folder = mkdtempSync(join(tmpdir(), 'portside-certificate-'));
  execFileSync('bash', ['-euc', script], { cwd: folder, stdio: 'pipe' });
  const verify = (...options: string[]) =>
    execFileSync('openssl', ['verify', '-CAfile', 'ca.crt', ...options, 'tls.crt'], {
      cwd: folder,
      stdio: 'pipe',
    });
  for (const name of ['nats', 'nats-0.nats-headless', 'nats-1.nats-headless', 'nats-2.nats-headless']) {
    verify('-purpose', 'sslserver', '-verify_hostname', name);
  }
  verify('-purpose', 'sslclient');
  assert.throws(() => verify('-verify_hostname', 'nats-3.nats-headless'));
  rmSync(folder, { recursive: true });
});
documented.run();

const test = suite("the broker's configuration");
for (const [title, run] of Object.entries(
  tests(rendered ?? { 'kubernetes/overlays/local': [], 'kubernetes/overlays/production': [] }),
)) {
  if (rendered === undefined) test.skip(title);
  else test(title, run);
}
test.after(() => authority.close());
test.run();
