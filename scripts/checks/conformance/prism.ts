import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ProxyReport } from '../../../test/support/http/validating-proxy.ts';
import { runCommand } from '../../setup/command.mjs';
import type { Check } from '../checks.ts';
import { npmTool } from './tools.ts';
import { typescriptArgs } from '../../typescript-args.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Test files that cannot run through a proxy, with the reasons. */
const excluded: Readonly<Record<string, string>> = {
  'http/app.test.ts': 'starts no service',
  'http/limits.test.ts': 'a proxy does not forward malformed or slow requests',
  'http/negotiation.test.ts': 'Prism decompresses responses',
  'http/parse.test.ts': 'starts no service',
  'http/request-id.test.ts': 'reads the log of the process',
  'rest/idempotency.test.ts': 'starts no service',
};

/** Runs the REST tests with Prism as a proxy in front of the services. @param folder an empty folder for the proxies' reports */
export function prismChecks(folder: string): Check[] {
  const files = ['rest', 'http', 'documents']
    .flatMap((group) => readdirSync(join(root, 'test', group)).map((name) => `${group}/${name}`))
    .filter((file) => /^(?:rest\/|http\/|documents\/openapi).*\.test\.ts$/.test(file));
  return files.toSorted().map((file) => ({
    name: `prism ${file}`,
    async run() {
      const reason = excluded[file];
      if (reason !== undefined) return { verdict: 'skipped', reason };
      const reportFile = join(folder, `${file.replace('/', '-')}.ndjson`);
      await runCommand(process.execPath, [...typescriptArgs, 'scripts/checks/test.ts', `test/${file}`], {
        cwd: root,
        env: {
          ...process.env,
          PORTSIDE_TEST_PROXY: npmTool('prism'),
          PORTSIDE_TEST_PROXY_REPORT: reportFile,
        },
      });
      const { validated, bypassed } = readReports(reportFile);
      if (validated === 0) throw new Error('Prism validated no response');
      return { verdict: 'ok', note: `${validated} responses validated, ${bypassed} bypassed Prism` };
    },
  }));
}

function readReports(file: string): { validated: number; bypassed: number } {
  const reports = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => ProxyReport.parse(JSON.parse(line)));
  return {
    validated: reports.reduce((sum, { validated }) => sum + validated, 0),
    bypassed: reports.reduce((sum, { bypassed }) => sum + bypassed, 0),
  };
}
