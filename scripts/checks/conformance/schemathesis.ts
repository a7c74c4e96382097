import { join } from 'node:path';
import { runCommand } from '../../setup/command.mjs';
import type { Check } from '../checks.ts';
import { conformanceFolder, installSchemathesis } from './tools.ts';

const maxExamples = 30;
const timeoutMs = 10 * 60_000;

/**
 * Generates valid and invalid requests from the OpenAPI document of a service and validates the responses.
 *
 * @param url base URL of the service
 * @param folder working directory of the tool
 */
export function schemathesisCheck(service: string, url: string, folder: string): Check {
  return {
    name: `schemathesis ${service}`,
    async run() {
      const tool = await installSchemathesis();
      if ('missing' in tool) return { verdict: 'skipped', reason: tool.missing };
      const args = [
        `--config-file=${join(conformanceFolder, 'schemathesis.toml')}`,
        '--no-color',
        'run',
        `${url}/openapi.json`,
        '--seed=1',
        `--max-examples=${maxExamples}`,
        '--request-timeout=20',
        '--generation-database=none',
        // The response of an event stream never ends.
        '--exclude-path-regex=^/[a-z]+/events$',
      ];
      const output = await runCommand(tool.program, args, {
        timeoutMs,
        cwd: folder,
        env: {
          ...process.env,
          PYTHONPATH: conformanceFolder,
          PYTHONDONTWRITEBYTECODE: '1',
          SCHEMATHESIS_HOOKS: 'schemathesis_hooks',
        },
      });
      const cases = /([0-9]+) generated/.exec(output)?.[1];
      if (cases === undefined) throw new Error(`no number of generated cases in the output:\n${output}`);
      return { verdict: 'ok', note: `${cases} requests` };
    },
  };
}
