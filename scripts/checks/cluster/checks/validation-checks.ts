/** The API server validates all manifests, as it would when they are applied. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { eventually } from '../../../../test/support/eventually.ts';
import { runCommand } from '../../../setup/command.mjs';
import { ROOT } from '../../../setup/root.mjs';
import { typescriptArgs } from '../../../typescript-args.ts';
import type { Check } from '../../checks.ts';
import { chartFolder, productionValues, renderChartText } from '../../kubernetes/chart.ts';
import type { Cluster } from '../nodes/cluster.ts';
import { runFolder } from '../nodes/program.ts';
import type { Helm } from './helm.ts';
import { production, writeOverlay } from './overlay.ts';
import { namespace } from './product.ts';

const portside = fileURLToPath(new URL('../../../../src/kit/cli/portside.ts', import.meta.url));

export function validationChecks({ kubectl }: Cluster, helm: Helm): readonly Check[] {
  const validate = async (option: string) => {
    const output = await kubectl(
      'apply',
      '--dry-run=server',
      '--validate=strict',
      `--namespace=${namespace}`,
      option,
    );
    assert.not.match(output, /warning/i);
    const lines = output.trim().split('\n');
    assert.ok(
      lines.every((line) => line.endsWith('(server dry run)')),
      output,
    );
    return { verdict: 'ok', note: `${lines.length} objects` } as const;
  };
  const accepts = (name: string, folder: () => string | Promise<string>): Check => ({
    name: `the API server accepts ${name} without a warning`,
    run: async () => validate(`--kustomize=${await folder()}`),
  });
  const acceptsChart = (name: string, ...options: readonly string[]): Check => ({
    name: `helm lint and the API server accept the chart with ${name} without a warning`,
    async run() {
      await helm.run('lint', '--strict', chartFolder, ...options);
      const file = join(runFolder, 'chart.yaml');
      await writeFile(file, await renderChartText(helm.program, ...options));
      return validate(`--filename=${file}`);
    },
  });

  return [
    {
      name: 'the API server rejects a pod that violates the restricted Pod Security Standard',
      async run() {
        // Server-side dry runs need the namespace.
        await kubectl('apply', `--filename=${join(ROOT, 'kubernetes/base/namespace.yaml')}`);
        const pod = ['run', 'root', '--image=root:local', '--dry-run=server', `--namespace=${namespace}`];
        // A new namespace has no service account at first, which is another reason to reject a pod.
        await eventually(async () => {
          const failure = await kubectl(...pod).then(() => 'accepted', String);
          assert.match(failure, /violates PodSecurity "restricted/);
        });
        return { verdict: 'ok' };
      },
    },
    ...['kubernetes/overlays/local', production].map((overlay) =>
      accepts(overlay, () => join(ROOT, overlay)),
    ),
    accepts('kubernetes/components/tracing with examples/chargers', () =>
      writeOverlay('tracing', {
        resources: [production, 'examples/chargers'],
        components: ['kubernetes/components/tracing'],
        namespace,
        images: [{ name: 'portside-chargers', newTag: 'local' }],
      }),
    ),
    accepts('a service made by portside new', async () => {
      const work = join(runFolder, 'new');
      await mkdir(work, { recursive: true });
      await runCommand(process.execPath, [...typescriptArgs, portside, 'new', 'gauges'], {
        cwd: work,
        env: { ...process.env, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.json') },
      });
      return join(work, 'gauges', 'kubernetes');
    }),
    acceptsChart('values.yaml'),
    acceptsChart('values-production.yaml', `--values=${productionValues}`),
    acceptsChart('existing servers', `--values=${productionValues}`, '--set=nats.url=tls://nats.example.com'),
  ];
}
