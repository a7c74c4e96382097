/** `npm run test:containers`: builds the images, starts the compose file with three containers of each service, and checks them. */

import { parseArgs } from 'node:util';
import { createCleanup } from '../../test/support/faults/scenario.ts';
import { runChecks, type Check } from './checks.ts';
import { memoryCheck, startChecks } from './containers/container-checks.ts';
import { contractChecks } from './containers/contract-checks.ts';
import { deploy } from './containers/deployment.ts';
import { findEngine } from './containers/engine.ts';
import { imageChecks } from './containers/image-checks.ts';
import { buildImages } from './containers/images.ts';
import { loadChecks } from './containers/load-checks.ts';
import { newPackageCheck } from './containers/new-package-check.ts';
import { thirdServiceCheck } from './containers/third-service-check.ts';
import { UnsupportedEnvironment, type RunContext } from './containers/run-context.ts';

const help = `npm run test:containers

Builds the images of docker/Dockerfile and starts docker/compose.yaml with three containers of each service. Checks the
images, the permissions and memory of the containers, the APIs of the services, and the effect of a stopped container.
Also builds and starts a package that \`portside new\` creates from the packed kit.

Uses the running Docker engine. If there is none and the user is root, starts one for the duration of the run: missing
packages (docker.io, docker-compose, debootstrap) are installed and remain installed, and images are cached in
.tools/containers for later runs. Without a registry, the base image is built locally. Containers, network and volume
of the compose project "portside-test" are removed at the end.

If the tests cannot run on this machine, they are reported as skipped with the reason.
`;

/** Exit codes by signal (128 + signal number). */
const signalCodes = { SIGINT: 130, SIGTERM: 143 } as const;

const write = (text: string) => process.stdout.write(text);
const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
if (values.help) write(help);
else await main();

async function main(): Promise<void> {
  const cleanup = createCleanup();
  const interruption = new AbortController();
  for (const [signal, code] of Object.entries(signalCodes)) {
    process.once(signal, () => {
      write(`${signal}: removing the containers\n`);
      interruption.abort();
      void cleanup.close().finally(() => process.exit(code));
    });
  }
  const { signal } = interruption;
  const path = [process.env['PATH'], '/usr/sbin', '/sbin'].join(':');
  const context: RunContext = {
    env: { ...process.env, PATH: path },
    signal,
    defer: cleanup.defer,
    print: (line) => write(`  ${line}\n`),
  };
  const { failed } = await runChecks(await prepare(context), write, signal);
  if (signal.aborted) return;
  await cleanup.close();
  process.exitCode = failed > 0 ? 1 : 0;
}

/** Starts the deployment and returns the checks. If that fails, returns a single check with the reason. */
async function prepare(context: RunContext): Promise<readonly Check[]> {
  try {
    const engine = await findEngine(context);
    const images = await buildImages(context, engine);
    const deployment = await deploy(context, engine, images);
    return [
      ...imageChecks(engine, images),
      ...startChecks(engine, deployment),
      ...contractChecks(context, deployment),
      ...loadChecks(engine, deployment),
      thirdServiceCheck(engine, images, deployment),
      newPackageCheck(context, engine, images),
      memoryCheck(engine, deployment),
    ];
  } catch (error) {
    const run: Check['run'] =
      error instanceof UnsupportedEnvironment
        ? () => Promise.resolve({ verdict: 'skipped', reason: error.message })
        : () => Promise.reject(error);
    return [{ name: 'containers are built and started', run }];
  }
}
