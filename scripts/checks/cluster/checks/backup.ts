/** Backup and restore of the streams with the commands in docs/operations.md. */

import { mkdir, readFile, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import { eventually } from '../../../../test/support/eventually.ts';
import { runCommand } from '../../../setup/command.mjs';
import { findNatsCli } from '../../../setup/programs/nats-cli.mjs';
import { ROOT } from '../../../setup/root.mjs';
import { runFolder } from '../nodes/program.ts';
import type { CheckContext } from './context.ts';
import { writeOverlay } from './overlay.ts';
import { forwardPort } from './port-forward.ts';
import { namespace, removeProduct } from './product.ts';

const folder = join(runFolder, 'backup');

/** Backs up the streams, deletes the product with its volumes, restores the streams on an empty server and starts the services. */
export async function backUpAndRestore(context: CheckContext, overlay: string): Promise<void> {
  const { cluster, product } = context;
  const [backup = '', restore = ''] = await readBackupCommands();
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'backup'), { recursive: true });
  const before = await readState(context);
  await runWithNats(context, backup);
  await removeProduct(cluster);

  const withoutServices = await writeOverlay('restore', {
    resources: [overlay],
    namespace,
    patches: [
      { target: { kind: 'Deployment' }, patch: '- { op: replace, path: /spec/replicas, value: 0 }' },
      { target: { kind: 'Job' }, patch: '{ $patch: delete, kind: Job, metadata: { name: provision } }' },
    ],
  });
  await cluster.kubectl('apply', `--kustomize=${withoutServices}`);
  await product.awaitRollout('statefulset/nats');
  await runWithNats(context, restore);
  await cluster.apply(overlay);
  await product.awaitRollout('deployment/laptops', 'deployment/ports');
  assert.equal(await readState(context), before);
}

/** Returns the commands of the backup and of the restore that concern the streams. */
export async function readBackupCommands(): Promise<string[]> {
  const text = await readFile(join(ROOT, 'docs/operations.md'), 'utf8');
  const section = text.split('\n## Back up and restore\n')[1]?.split('\n## ')[0] ?? '';
  const blocks = Array.from(section.matchAll(/```sh\n([^]*?)```/g), ([, block = '']) => block);
  return blocks.map((block) => (block.match(/^nats stream .*$/gm) ?? []).join('\n'));
}

async function runWithNats({ cluster }: CheckContext, commands: string): Promise<void> {
  assert.match(commands, /^nats stream \w+ /);
  const close = await forwardPort(cluster.kubeconfig('admin'), 'nats', [4222, 4222]);
  const cli = (await findNatsCli())?.path ?? '';
  try {
    await runCommand('bash', ['-euxc', commands], {
      cwd: folder,
      env: { ...process.env, HOME: folder, PATH: [dirname(cli), process.env['PATH']].join(delimiter) },
    });
  } finally {
    close();
  }
}

/** Reads the laptops, one of them with its tag and history, and the ports. */
async function readState({ cluster }: CheckContext): Promise<string[]> {
  const kubeconfig = cluster.kubeconfig('admin');
  const closers = [
    await forwardPort(kubeconfig, 'laptops', [5000, 80]),
    await forwardPort(kubeconfig, 'ports', [5001, 80]),
  ];
  const read = (url: string) =>
    eventually(async () => {
      const response = await fetch(`http://127.0.0.1:${url}`, { headers: { 'Wait-For-Position': 'latest' } });
      const text = await response.text();
      assert.is(response.status, 200, text);
      return `${response.headers.get('etag')} ${text}`;
    });
  try {
    return [
      await read('5000/laptops?limit=10000'),
      await read('5000/laptops/1'),
      await read('5000/laptops/1/events'),
      await read('5001/ports?limit=10000'),
    ];
  } finally {
    for (const close of closers) close();
  }
}
