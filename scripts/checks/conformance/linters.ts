import { join } from 'node:path';
import { runCommand } from '../../setup/command.mjs';
import type { Check } from '../checks.ts';
import { conformanceFolder, npmTool } from './tools.ts';

/** Lints an OpenAPI document with Spectral and Redocly. @param document path of the document */
export function lintChecks(service: string, document: string): Check[] {
  return [
    {
      name: `spectral ${service}`,
      async run() {
        const ruleset = join(conformanceFolder, 'spectral.yaml');
        const options = ['--ruleset', ruleset, '--fail-severity', 'hint', '--quiet'];
        await runCommand(npmTool('spectral'), ['lint', ...options, document]);
        return { verdict: 'ok' };
      },
    },
    {
      name: `redocly ${service}`,
      async run() {
        const config = join(conformanceFolder, 'redocly.yaml');
        await runCommand(npmTool('redocly'), ['lint', '--config', config, '--format', 'stylish', document], {
          env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
        });
        return { verdict: 'ok' };
      },
    },
  ];
}
