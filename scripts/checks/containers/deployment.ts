/** Runs the compose file: a broker, the provisioner, and three containers of each service in a separate network. */

import { z } from 'zod';
import { eventually } from '../../../test/support/eventually.ts';
import type { Engine } from './engine.ts';
import { findServices } from '../../services.ts';
import { tag, type Images } from './images.ts';
import { step, type RunContext } from './run-context.ts';

/** The HTTP port of each service in its containers. */
const httpPorts = new Map(
  (await findServices('src')).map(({ contract, defaults }) => [contract.name, defaults.httpPort]),
);

/** Names of the services. */
export const services: readonly string[] = [...httpPorts.keys()];

/** Number of containers per service. */
export const replicaCount = 3;

/** Time for the containers to become healthy, in ms; generous for busy machines. */
const healthyTimeoutMs = 120_000;
/** Interval between two checks of the containers, in ms. */
const pollIntervalMs = 250;

const project = 'portside-test';

/** The fields of `docker inspect` that the tests use. */
const Container = z.object({
  Id: z.string(),
  Name: z.string(),
  State: z.object({
    Status: z.string(),
    ExitCode: z.number(),
    OOMKilled: z.boolean(),
    StartedAt: z.string(),
    FinishedAt: z.string(),
    Health: z.object({ Status: z.string() }).optional(),
  }),
  HostConfig: z.object({
    ReadonlyRootfs: z.boolean(),
    Memory: z.number(),
    CapDrop: z.array(z.string()).nullish(),
    CapAdd: z.array(z.string()).nullish(),
  }),
  NetworkSettings: z.object({
    Ports: z.record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable()),
  }),
});

export type Container = z.infer<typeof Container>;

export type Deployment = {
  /** Returns the current containers of a compose service, including exited ones. */
  containers(service: string): Promise<readonly Container[]>;
  /** Resolves when all containers of the services and the broker are healthy. */
  awaitHealthy(): Promise<void>;
  /** Runs Docker Compose on this deployment. */
  compose(...args: readonly string[]): Promise<string>;
};

/** Starts all containers. Does not wait until they are healthy. */
export async function deploy(context: RunContext, engine: Engine, images: Images): Promise<Deployment> {
  // Port 0 publishes each container on a free port of the host.
  const published = [
    'NATS_PORT',
    'NATS_MONITOR_PORT',
    ...[...services, 'chargers'].map((name) => `${name.toUpperCase()}_HTTP_PORT`),
  ];
  const freePorts = Object.fromEntries(published.map((name) => [name, '0']));
  const env = { TAG: tag, BASE: images.base, NATS_IMAGE: images.nats, ...freePorts };
  const compose = (...args: readonly string[]) =>
    engine.compose(env, '--project-name', project, '--file', 'docker/compose.yaml', ...args);
  const down = () => compose('down', '--volumes', '--remove-orphans', '--timeout', '5');

  async function containers(service: string): Promise<Container[]> {
    // `docker compose ps` omits exited containers.
    const filters = [`project=${project}`, `service=${service}`].flatMap((label) => [
      '--filter',
      `label=com.docker.compose.${label}`,
    ]);
    const ids = (await engine.docker('ps', '--all', '--quiet', ...filters)).split('\n').filter(Boolean);
    if (ids.length === 0) return [];
    return z
      .array(Container)
      .parse(JSON.parse(await engine.docker('inspect', '--type', 'container', ...ids)));
  }

  function awaitHealthy(): Promise<void> {
    const check = async () => {
      for (const service of ['nats', ...services]) {
        const found = await containers(service);
        const expected = service === 'nats' ? 1 : replicaCount;
        if (found.length !== expected) throw new Error(`${service} has ${found.length} containers`);
        for (const { Name, State } of found) {
          if (State.Health?.Status !== 'healthy') {
            throw new Error(`${Name} is ${State.Status}, ${State.Health?.Status}`);
          }
        }
      }
    };
    return eventually(check, healthyTimeoutMs, pollIntervalMs);
  }

  // A run that was killed leaves its containers behind.
  await down();
  context.defer(down);
  const scales = services.flatMap((service) => ['--scale', `${service}=${replicaCount}`]);
  await step(context, 'starting the containers', () => compose('up', '--detach', '--no-build', ...scales));
  return { containers, awaitHealthy, compose };
}

/** Returns the address on this machine of a container port, such as `127.0.0.1:32768`. */
export function addressOf({ Name, NetworkSettings }: Container, port: number): string {
  const published = NetworkSettings.Ports[`${port}/tcp`]?.[0];
  if (published === undefined) throw new Error(`${Name} publishes no port ${port}`);
  return `${published.HostIp}:${published.HostPort}`;
}

/** Returns the URL of each running container of a service, such as `http://127.0.0.1:32768`. */
export async function urlsOf({ containers }: Deployment, service: string): Promise<string[]> {
  const found = await containers(service);
  return found
    .filter(({ State }) => State.Status === 'running')
    .map((container) => `http://${addressOf(container, httpPorts.get(service) ?? 0)}`);
}

/** Returns the URL of the broker, such as `nats://127.0.0.1:32768`. */
export async function natsUrlOf({ containers }: Deployment): Promise<string> {
  const [broker] = await containers('nats');
  if (broker === undefined) throw new Error('the broker has no container');
  return `nats://${addressOf(broker, 4222)}`;
}
