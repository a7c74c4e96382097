/** Checks the broker's configuration with a real nats-server. The files are laid out as in the broker's pod. */

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

type CheckResult = { readonly accepted: boolean; readonly output: string };

/** Writes the files to the folders where the pod mounts them, and checks the configuration with nats-server. */
async function check(
  manifests: readonly Manifest[],
  alter: (file: string) => string = (file) => file,
  environment: Readonly<Record<string, string>> = publicKeys,
): Promise<CheckResult> {
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
    const output = await runCommand(program, ['-t', '-c', configuration], {
      cwd: folder,
      env: { POD_NAME: 'nats-0', ...environment },
    });
    return { accepted: true, output };
  } catch (error) {
    return { accepted: false, output: String(error) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tests(overlaysRendered: Rendered): Readonly<Record<string, () => Promise<void>>> {
  const production = overlaysRendered['kubernetes/overlays/production'];
  return {
    ...Object.fromEntries(
      overlays.map((overlay) => [
        `is accepted by nats-server in ${overlay}`,
        async () => {
          const { accepted, output } = await check(overlaysRendered[overlay]);
          assert.ok(accepted, output);
        },
      ]),
    ),
    'is rejected if a setting is misspelt': async () => {
      const { accepted, output } = await check(production, (file) =>
        file.replace('sync_interval', 'sync_intervall'),
      );
      assert.not(accepted);
      assert.match(output, /sync_intervall/);
    },
    'is rejected if the key of a role is missing': async () => {
      const { LAPTOPS_NKEY: _, ...others } = publicKeys;
      const { accepted, output } = await check(production, undefined, others);
      assert.not(accepted);
      assert.match(output, /LAPTOPS_NKEY/);
    },
    'is rejected if an included file is missing': async () => {
      const { accepted } = await check(production, (file) => file.replace('routes.conf', 'ways.conf'));
      assert.not(accepted);
    },
    'requires TLS, and certificates of cluster peers, in production': async () => {
      const without = await check(production, (file) => file.replaceAll('tls/ca.crt', 'tls/none.crt'));
      assert.not(without.accepted);
      assert.match(without.output, /none\.crt/);
    },
  };
}

const documentedCertificate = suite('the certificate command in docs/kubernetes.md');
documentedCertificate('creates a server and client certificate for all names of the brokers', () => {
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
documentedCertificate.run();

const brokerConfig = suite("the broker's configuration");
for (const [title, run] of Object.entries(
  tests(rendered ?? { 'kubernetes/overlays/local': [], 'kubernetes/overlays/production': [] }),
)) {
  if (rendered === undefined) brokerConfig.skip(title);
  else brokerConfig(title, run);
}
brokerConfig.after(() => authority.close());
brokerConfig.run();
