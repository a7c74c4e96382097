/** The first minutes of the README, against the services in the cluster. */

import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from '../../../setup/command.mjs';
import { findNatsCli } from '../../../setup/programs/nats-cli.mjs';
import { ROOT } from '../../../setup/root.mjs';
import { typescriptArgs } from '../../../typescript-args.ts';
import type { Cluster } from '../nodes/cluster.ts';
import { forwardPort } from './port-forward.ts';

/** Imports the samples and runs the commands through `kubectl port-forward`. Returns their number. */
export async function runReadmeCommands(cluster: Cluster): Promise<number> {
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
    return commands.length;
  } finally {
    for (const close of closers) close();
  }
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
