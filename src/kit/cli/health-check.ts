/** The health check inside an image, which has no curl: asks the process beside it whether it is ready. */

import { get } from 'node:http';

/** Milliseconds that the answer may take. */
const timeoutMs = 4_000;

/** The same variables as the service's; the argument is the service's default. */
const { HTTP_HOST: host, PROBE_PORT: probePort } = process.env;
const port = probePort || process.argv[2];

get(`http://${host || '127.0.0.1'}:${port}/readyz`, { timeout: timeoutMs }, (response) => {
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  response.pipe(process.stdout);
})
  .on('timeout', () => fail(`no answer in ${timeoutMs} ms`))
  .on('error', (error) => fail(error.message));

function fail(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
