/** The health check of the images against a running service. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { typescriptArgs } from '../../scripts/typescript-args.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const program = fileURLToPath(new URL('../../src/kit/cli/health-check.ts', import.meta.url));
const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

/** Runs the health check with this HTTP_HOST and returns its exit code. */
async function check(host: string, port: string): Promise<unknown> {
  const env = { ...process.env, HTTP_HOST: host, PROBE_PORT: '' };
  const child = spawn(process.execPath, [...typescriptArgs, program, port], { env, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  return code;
}

const test = suite('the health check');

for (const host of ['', '127.0.0.1', '0.0.0.0', ...(hasIpv6 ? ['::', '::1'] : [])]) {
  test(`passes for a ready service with HTTP_HOST="${host}"`, async () => {
    const service = await startServiceProcess('ports', { natsUrl: broker.url, env: { HTTP_HOST: host } });
    const { port } = new URL(service.probeUrl);
    const whileReady = await check(host, port).finally(() => service.stop());
    assert.is(whileReady, 0);
    assert.is(await check(host, port), 1);
  });
}

test.after(async () => {
  await connection.nc.close();
  await broker.close();
});
test.run();
