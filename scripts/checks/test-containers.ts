/** `npm run test:containers`: builds the images, starts the compose file with three containers of each service, and looks hard at them. */

import { parseArgs } from 'node:util';
import { createCleanup } from '../../test/support/faults/scenario.ts';
import { runChecks, type Check } from './checks.ts';
import { memoryCheck, startChecks } from './containers/container-checks.ts';
import { contractChecks } from './containers/contract-checks.ts';
import { deploy } from './containers/deployment.ts';
import { provideEngine } from './containers/engine.ts';
import { imageChecks } from './containers/image-checks.ts';
import { provideImages } from './containers/images.ts';
import { loadChecks } from './containers/load-checks.ts';
import { thirdServiceCheck } from './containers/third-service-check.ts';
import { CannotRun, type Workshop } from './containers/workshop.ts';

const help = `npm run test:containers

Builds the images of docker/Dockerfile and starts docker/compose.yaml with three containers of each service; then
checks the images, the containers' rights and memory, the services' contract, and what a stopped container costs.

It uses the Docker engine that answers. Where none does, root gets one that lives as long as the run: the packages
that are missing (docker.io, docker-compose, debootstrap) are installed and stay; its images are kept in
.tools/containers, so that the next run is faster. Without a registry, the base image is made on this machine.
Containers, network and volume are removed at the end; "portside-test" must be nobody else's compose project.

Where it cannot run it says why, and counts as skipped.
`;

/** The code that a shell expects after these. */
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
  const workshop: Workshop = {
    env: { ...process.env, PATH: path },
    signal,
    defer: cleanup.defer,
    say: (line) => write(`  ${line}\n`),
  };
  const { failed } = await runChecks(await prepare(workshop), write, signal);
  if (signal.aborted) return;
  await cleanup.close();
  process.exitCode = failed > 0 ? 1 : 0;
}

/** Starts everything; the checks to make then. Where it cannot, the only check says so. */
async function prepare(workshop: Workshop): Promise<readonly Check[]> {
  try {
    const engine = await provideEngine(workshop);
    const images = await provideImages(workshop, engine);
    const deployment = await deploy(workshop, engine, images);
    return [
      ...imageChecks(engine, images),
      ...startChecks(engine, deployment),
      ...contractChecks(workshop, deployment),
      ...loadChecks(engine, deployment),
      thirdServiceCheck(engine, images, deployment),
      memoryCheck(engine, deployment),
    ];
  } catch (error) {
    const run: Check['run'] =
      error instanceof CannotRun
        ? () => Promise.resolve({ verdict: 'skipped', reason: error.message })
        : () => Promise.reject(error);
    return [{ name: 'containers: they are built and started', run }];
  }
}
