/** `npm run conformance`: validates the REST API of both services with third-party tools. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connectForTest, startTestBroker } from '../../test/support/broker/broker.ts';
import { startServiceProcess } from '../../test/support/process/service-process.ts';
import { findServices } from '../services.ts';
import { runChecks } from './checks.ts';
import { lintChecks } from './conformance/linters.ts';
import { prismChecks } from './conformance/prism.ts';
import { schemathesisCheck } from './conformance/schemathesis.ts';
import { installNpmTools } from './conformance/tools.ts';

const help = `npm run conformance [-- TOOL …]

Starts a broker and both services on free ports and validates them with third-party tools (default: all):
  spectral, redocly   lint the OpenAPI documents
  prism               runs the REST tests through a validating proxy
  schemathesis        generates requests from the documents and validates the responses; needs Python 3.10 or newer
The tools are pinned and installed in conformance/. Prints one line per check. Exit code: 1 if a check fails.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
});
if (values.help) process.stdout.write(help);
else process.exitCode = (await runTools(positionals)) ? 0 : 1;

/** Returns true if all checks of these tools passed. */
async function runTools(tools: readonly string[]): Promise<boolean> {
  await installNpmTools();
  const folder = await mkdtemp(join(tmpdir(), 'portside-conformance-'));
  const closers = [() => rm(folder, { recursive: true })];
  try {
    const broker = await startTestBroker();
    closers.unshift(broker.close);
    const { connection } = await connectForTest(broker);
    closers.unshift(() => connection.nc.close());
    const checks = prismChecks(folder);
    for (const { contract } of await findServices('src')) {
      const { name } = contract;
      const { url, stop } = await startServiceProcess(name, { natsUrl: broker.url });
      closers.unshift(async () => void (await stop()));
      const document = join(folder, `${name}.json`);
      await writeFile(document, await (await fetch(`${url}/openapi.json`)).text());
      checks.push(...lintChecks(name, document), schemathesisCheck(name, url, folder));
    }
    const selected = checks
      .filter(({ name }) => tools.length === 0 || tools.some((tool) => name.startsWith(tool)))
      .toSorted((a, b) => a.name.localeCompare(b.name));
    const { passed, failed } = await runChecks(selected, (text) => process.stdout.write(text));
    return failed === 0 && passed > 0;
  } finally {
    for (const close of closers) await close();
  }
}
