/** Health check for container images, which have no curl: requests `/readyz` and exits with 0 if the service is ready. */

import { get } from 'node:http';

/** Response timeout in ms. */
const timeoutMs = 4_000;

/** Wildcard listen addresses. A client connects to the loopback address instead. */
const loopbackOf: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Reads the service's own variables; the first argument is the default probe port. */
const { HTTP_HOST: configuredHost, PROBE_PORT: probePort } = process.env;
const port = probePort || process.argv[2];
const host = configuredHost || '127.0.0.1';

get({ host: loopbackOf[host] ?? host, port, path: '/readyz', timeout: timeoutMs }, (response) => {
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  response.pipe(process.stdout);
})
  .on('timeout', () => fail(`no response within ${timeoutMs} ms`))
  .on('error', (error) => fail(error.message));

function fail(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
