/** The REST tests once more, with Prism between them and the services. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ProxyReport } from '../../../test/support/http/validating-proxy.ts';
import { runCommand } from '../../setup/command.mjs';
import type { Check } from '../checks.ts';
import { npmTool } from './tools.ts';
import { typescriptArgs } from '../../typescript-args.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Test files of the REST door that are about what a proxy cannot carry, and why. */
const leftOut: Readonly<Record<string, string>> = {
  'http-limits.test.ts': 'a proxy sends neither broken requests nor slow ones',
  'http-negotiation.test.ts': 'Prism unpacks what is compressed',
  'http-request-id.test.ts': 'it looks at what the process writes, not at what a proxy sees',
};

/** @param folder an empty folder for what the proxies report */
export function prismChecks(folder: string): Check[] {
  const files = readdirSync(join(root, 'test')).filter((name) =>
    /^(?:rest|http|openapi).*\.test\.ts$/.test(name),
  );
  return files.toSorted().map((file) => ({
    name: `prism ${file}`,
    async run() {
      const reason = leftOut[file];
      if (reason !== undefined) return { verdict: 'skipped', reason };
      const reportFile = join(folder, `${file}.ndjson`);
      await runCommand(process.execPath, [...typescriptArgs, 'scripts/test.ts', `test/${file}`], {
        cwd: root,
        env: {
          ...process.env,
          PORTSIDE_TEST_PROXY: npmTool('prism'),
          PORTSIDE_TEST_PROXY_REPORT: reportFile,
        },
      });
      const { validated, straight } = readReports(reportFile);
      if (validated === 0) throw new Error('Prism compared no answer with a document');
      return { verdict: 'ok', note: `${validated} answers compared, ${straight} past Prism` };
    },
  }));
}

function readReports(file: string): { validated: number; straight: number } {
  const reports = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => ProxyReport.parse(JSON.parse(line)));
  return {
    validated: reports.reduce((sum, { validated }) => sum + validated, 0),
    straight: reports.reduce((sum, { straight }) => sum + straight, 0),
  };
}
