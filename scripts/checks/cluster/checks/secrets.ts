/** Creates the Secrets of the production overlay with the commands in the documentation. */

import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createIssuer, issuerName } from '../../../../test/support/http/issuer.ts';
import { runCommand } from '../../../setup/command.mjs';
import { findNatsCli } from '../../../setup/programs/nats-cli.mjs';
import { ROOT } from '../../../setup/root.mjs';
import { programPath } from '../build/programs.ts';
import type { Cluster } from '../nodes/cluster.ts';
import { runFolder } from '../nodes/program.ts';

export type Credentials = {
  /** Folder with the seeds and certificates. */
  readonly folder: string;
  /** Runs a shell command there, with `kubectl` and `nats` on PATH. */
  run(command: string): Promise<string>;
  /** Issues a token that permits writes to laptops for an hour. */
  issueToken(): Promise<string>;
};

/** Prepares the folder, the token keys and the programs. */
export async function createCredentials(cluster: Cluster): Promise<Credentials> {
  const folder = join(runFolder, 'secrets');
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'kubectl'), `#!/bin/sh\nexec '${programPath('kubernetes')}' kubectl "$@"\n`);
  await chmod(join(bin, 'kubectl'), 0o755);
  const cli = await findNatsCli();
  if (cli === undefined) throw new Error('the nats CLI is not installed');
  await symlink(cli.path, join(bin, 'nats'));
  // The documented commands change the current namespace in it.
  await copyFile(cluster.kubeconfig('admin'), join(folder, 'kubeconfig'));
  const issuer = await createIssuer('key', 'ES256');
  await writeFile(join(folder, 'jwks.json'), JSON.stringify({ keys: [issuer.publicKey] }));
  return {
    folder,
    run: (command) =>
      runCommand('bash', ['-euo', 'pipefail', '-c', command], {
        cwd: folder,
        env: {
          ...process.env,
          PATH: [bin, process.env['PATH']].join(delimiter),
          KUBECONFIG: join(folder, 'kubeconfig'),
          HOME: folder,
        },
      }),
    issueToken: () => issuer.issue({ iss: issuerName, exp: Math.floor(Date.now() / 1000) + 3_600 }),
  };
}

/** Returns the documented commands that create the keys, Secrets and the ConfigMap, except for the namespace. */
export async function readSecretCommands(): Promise<string> {
  const read = (name: string) => readFile(join(ROOT, 'docs', name), 'utf8');
  const keys = /```sh\n(umask 077\n[^]*?)```/.exec(await read('security.md'))?.[1];
  const production = (await read('kubernetes.md')).split('\n## Production\n')[1]?.split('\n5. ')[0];
  if (keys === undefined || production === undefined)
    throw new Error('the docs have no commands for Secrets');
  const blocks = Array.from(production.matchAll(/^ *```sh\n([^]*?)^ *```/gm), ([, block]) => block);
  return [keys, ...blocks].join('\n').replace(/^ *kubectl create namespace .*$/m, '');
}
