/** `kubernetes/overlays/local` on one node with two CPUs. */

import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import { eventually } from '../../../../test/support/eventually.ts';
import { runCommand } from '../../../setup/command.mjs';
import { findNatsCli } from '../../../setup/programs/nats-cli.mjs';
import { ROOT } from '../../../setup/root.mjs';
import { typescriptArgs } from '../../../typescript-args.ts';
import type { Check } from '../../checks.ts';
import { manifestPath } from '../nodes/cluster.ts';
import { backUpAndRestore } from './backup.ts';
import { underLoad, type CheckContext } from './context.ts';
import { forwardPort } from './port-forward.ts';
import { assertUnchanged, writeOverlay } from './overlay.ts';
import { changeTimeoutMs, namespace, removeProduct } from './product.ts';

const overlay = 'kubernetes/overlays/local';

export function localChecks(context: CheckContext): readonly Check[] {
  const { cluster, product, figures } = context;
  const { kubectl } = product;
  const inLocal = (name: string, run: Check['run']): Check => ({ name: `${overlay}: ${name}`, run });

  return [
    inLocal('becomes available on one node with two CPUs', async () => {
      const started = Date.now();
      await cluster.apply(overlay);
      await kubectl(
        'wait',
        '--for=condition=available',
        '--timeout=10m',
        'deployment/laptops',
        'deployment/ports',
      );
      figures.time('`overlays/local` from apply to available, one node', Date.now() - started);
      const events = await kubectl('get', 'events', '--field-selector=reason=BackOff');
      assert.not.match(events, /provision/, 'the provisioner waits for the broker instead of restarting');
      return { verdict: 'ok', note: `${((Date.now() - started) / 1000).toFixed(1)} s` };
    }),
    inLocal('a second apply changes nothing', async () => {
      await cluster.apply(overlay);
      return assertUnchanged(cluster, overlay);
    }),
    inLocal('no request fails during a rollout', async () => {
      await cluster.kubectl('apply', `--filename=${manifestPath('clients.yaml')}`);
      await cluster.kubectl(
        'wait',
        '--for=condition=Ready',
        '--timeout=2m',
        '--namespace=shop',
        'pod/client',
      );
      const { report, note } = await underLoad(
        context,
        '`overlays/local`: rollout of laptops',
        '',
        async () => {
          await kubectl('rollout', 'restart', 'deployment/laptops');
          await product.awaitRollout('deployment/laptops');
        },
      );
      assert.equal(report.failures, []);
      assert.equal(
        [report.lost, report.duplicated, report.diverged],
        [0, 0, 0],
        report.complaints.join('\n'),
      );
      return { verdict: 'ok', note };
    }),
    // After the load, whose audit expects laptops without ports.
    inLocal('the commands of the README work through port-forward', async () => {
      const kubeconfig = cluster.kubeconfig('admin');
      const closers = [
        await forwardPort(kubeconfig, 'laptops', [5000, 80]),
        await forwardPort(kubeconfig, 'ports', [5001, 80]),
        await forwardPort(kubeconfig, 'nats', [4222, 4222]),
      ];
      try {
        const commands = await readmeCommands();
        const cli = (await findNatsCli())?.path ?? '';
        const importer = [process.execPath, ...typescriptArgs, 'scripts/import/import.ts'].join(' ');
        const script = [
          // A published event is visible a moment later.
          'curl() { command curl -sS --fail-with-body --retry 10 --retry-all-errors --retry-delay 1 "$@"; }',
          `${importer} samples/ports.csv samples/laptops.csv`,
          ...commands,
        ];
        await runCommand('bash', ['-euxc', script.join('\n')], {
          cwd: ROOT,
          env: { ...process.env, PATH: [dirname(cli), process.env['PATH']].join(delimiter) },
        });
        return { verdict: 'ok', note: `${commands.length} commands` };
      } finally {
        for (const close of closers) close();
      }
    }),
    inLocal('a changed setting can be applied when the provisioner has finished', async () => {
      await eventually(
        async () => assert.not.match(await kubectl('get', 'jobs', '--output=name'), /provision/),
        changeTimeoutMs,
        1_000,
      );
      const folder = await writeOverlay('local', {
        resources: [overlay],
        configMapGenerator: [{ name: 'settings', behavior: 'merge', literals: ['LOG_LEVEL=warn'] }],
        namespace,
      });
      assert.match(await cluster.kubectl('apply', `--kustomize=${folder}`), /provision created/);
      await product.awaitRollout('deployment/laptops', 'deployment/ports');
      return { verdict: 'ok' };
    }),
    inLocal('the streams can be backed up, and restored on an empty server', async () => {
      await backUpAndRestore(context, overlay);
      return { verdict: 'ok' };
    }),
    inLocal('is deleted', async () => {
      await removeProduct(cluster);
      return { verdict: 'ok' };
    }),
  ];
}

/** Returns the commands for curl and the nats CLI under "Five minutes" in the README that end by themselves. */
export async function readmeCommands(): Promise<string[]> {
  const text = await readFile(join(ROOT, 'README.md'), 'utf8');
  const section = text.split('\n## Five minutes\n')[1]?.split('**Follow events live.**')[0] ?? '';
  const blocks = Array.from(section.matchAll(/```sh\n([^]*?)```/g), ([, block = '']) => block);
  const commands = blocks
    .flatMap((block) => block.split('\n'))
    .filter((line) => /^(curl|nats (pub|req|micro)) /.test(line));
  if (commands.length === 0) throw new Error('the README has no commands under "Five minutes"');
  return commands;
}
