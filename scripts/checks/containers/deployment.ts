/** The compose file at work: a broker, the provisioner, and three containers of each service on a network of their own. */

import { z } from 'zod';
import { eventually } from '../../../test/support/eventually.ts';
import type { Engine } from './engine.ts';
import { tag, type Images } from './images.ts';
import { step, type Workshop } from './workshop.ts';

export type ServiceName = 'laptops' | 'ports';

export const services: readonly ServiceName[] = ['laptops', 'ports'];

/** How many containers of each service there are. */
export const replicaCount = 3;

/** Milliseconds that a container may take until it is healthy; the machine may be busy. */
const healthyTimeoutMs = 120_000;
/** Milliseconds between two looks at the containers. */
const lookMs = 250;

const project = 'portside-test';

/** What `docker inspect` says of a container, as far as the tests ask. */
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
  /** The containers of a service of the compose file as they are now, also those that have ended. */
  containers(service: string): Promise<readonly Container[]>;
  /** Resolves when every container of every service, and the broker's, is healthy. */
  healthy(): Promise<void>;
  /** Runs Docker Compose on this deployment. */
  compose(...args: readonly string[]): Promise<string>;
};

/** Starts everything; the services may not be healthy yet. */
export async function deploy(workshop: Workshop, engine: Engine, images: Images): Promise<Deployment> {
  // Any free port on the host, for each container its own.
  const published = [
    'NATS_PORT',
    'NATS_MONITOR_PORT',
    'LAPTOPS_HTTP_PORT',
    'PORTS_HTTP_PORT',
    'CHARGERS_HTTP_PORT',
  ];
  const anyPorts = Object.fromEntries(published.map((name) => [name, '0']));
  const env = { TAG: tag, BASE: images.base, NATS_IMAGE: images.nats, ...anyPorts };
  const compose = (...args: readonly string[]) =>
    engine.compose(env, '--project-name', project, '--file', 'docker/compose.yaml', ...args);
  const down = () => compose('down', '--volumes', '--remove-orphans', '--timeout', '5');

  async function containers(service: string): Promise<Container[]> {
    // Compose's own list leaves out what has ended.
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

  function healthy(): Promise<void> {
    const check = async () => {
      for (const service of ['nats', ...services]) {
        const found = await containers(service);
        const wanted = service === 'nats' ? 1 : replicaCount;
        if (found.length !== wanted) throw new Error(`${service} has ${found.length} containers`);
        for (const { Name, State } of found) {
          if (State.Health?.Status !== 'healthy') {
            throw new Error(`${Name} is ${State.Status}, ${State.Health?.Status}`);
          }
        }
      }
    };
    return eventually(check, healthyTimeoutMs, lookMs);
  }

  // What a run that was killed has left.
  await down();
  workshop.defer(down);
  const scales = services.flatMap((service) => ['--scale', `${service}=${replicaCount}`]);
  await step(workshop, 'starting the containers', () => compose('up', '--detach', '--no-build', ...scales));
  return { containers, healthy, compose };
}

/** Where on this machine a port of the container answers: `127.0.0.1:32768`. */
export function addressOf({ Name, NetworkSettings }: Container, port: number): string {
  const published = NetworkSettings.Ports[`${port}/tcp`]?.[0];
  if (published === undefined) throw new Error(`${Name} publishes no port ${port}`);
  return `${published.HostIp}:${published.HostPort}`;
}

const httpPorts: Readonly<Record<ServiceName, number>> = { laptops: 5000, ports: 5001 };

/** Where each running container of a service answers: `http://127.0.0.1:32768`. */
export async function urlsOf({ containers }: Deployment, service: ServiceName): Promise<string[]> {
  const found = await containers(service);
  return found
    .filter(({ State }) => State.Status === 'running')
    .map((container) => `http://${addressOf(container, httpPorts[service])}`);
}

/** Where the broker answers: `nats://127.0.0.1:32768`. */
export async function natsUrlOf({ containers }: Deployment): Promise<string> {
  const [broker] = await containers('nats');
  if (broker === undefined) throw new Error('there is no broker');
  return `nats://${addressOf(broker, 4222)}`;
}
