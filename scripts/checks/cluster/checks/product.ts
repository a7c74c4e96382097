/** Queries the product's objects in the cluster. */

import { z } from 'zod';
import { eventually } from '../../../../test/support/eventually.ts';
import type { Cluster } from '../nodes/cluster.ts';

export const namespace = 'portside';
export const services = ['laptops', 'ports'] as const;
export type ServiceName = (typeof services)[number];

/** Time for a change to take effect, in ms; generous for busy machines. */
export const changeTimeoutMs = 600_000;

const Pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), uid: z.string(), deletionTimestamp: z.string().optional() }),
      spec: z.object({ nodeName: z.string().optional() }),
      status: z.object({
        podIP: z.string().optional(),
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
        containerStatuses: z
          .array(
            z.object({
              restartCount: z.number(),
              containerID: z.string().optional(),
              state: z.record(z.string(), z.object({ reason: z.string().optional() })),
              lastState: z.record(z.string(), z.object({ reason: z.string().optional() })),
            }),
          )
          .default([]),
      }),
    }),
  ),
});

const ApiDocument = z.object({ info: z.object({ version: z.string() }) });

export type Pod = z.infer<typeof Pods>['items'][number];

export type Product = {
  /** Runs kubectl in the product's namespace. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Returns the pods of a service or of `nats` that are not being deleted. */
  pods(name: string): Promise<readonly Pod[]>;
  /** Waits until every replica is available and no older one is left. */
  awaitRollout(...workloads: readonly string[]): Promise<void>;
  /** Returns the URL of a collection through its Service. */
  urlOf(service: ServiceName): Promise<string>;
  /** Returns the URLs of a collection in all ready pods. */
  podUrls(service: ServiceName): Promise<string[]>;
  /** Returns the version that each ready pod reports. */
  versions(service: ServiceName): Promise<string[]>;
};

const httpPorts: Readonly<Record<ServiceName, number>> = { laptops: 5000, ports: 5001 };

export const isReady = ({ status }: Pod) =>
  status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');

export function productIn(cluster: Cluster): Product {
  const kubectl = (...args: readonly string[]) => cluster.kubectl(`--namespace=${namespace}`, ...args);
  const pods = async (name: string) => {
    const found = await cluster.get(
      'pods',
      `--namespace=${namespace}`,
      `--selector=app.kubernetes.io/name=${name}`,
    );
    return Pods.parse(found).items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  };
  const podUrls = async (service: ServiceName) => {
    const ready = (await pods(service)).filter(isReady);
    return ready.map(({ status }) => `http://${status.podIP}:${httpPorts[service]}/${service}`);
  };
  return {
    kubectl,
    pods,
    async awaitRollout(...workloads) {
      for (const workload of workloads) {
        await kubectl('rollout', 'status', workload, `--timeout=${changeTimeoutMs / 1000}s`);
      }
    },
    async urlOf(service) {
      const address = await kubectl('get', 'service', service, '--output=jsonpath={.spec.clusterIP}');
      return `http://${address}/${service}`;
    },
    podUrls,
    async versions(service) {
      const versions = [];
      for (const url of await podUrls(service)) {
        const response = await fetch(new URL('/openapi.json', url));
        versions.push(ApiDocument.parse(await response.json()).info.version);
      }
      return versions;
    },
  };
}

/** Deletes the product with its data. */
export async function removeProduct(cluster: Cluster): Promise<void> {
  await cluster.kubectl('delete', 'namespace', namespace, `--timeout=${changeTimeoutMs / 1000}s`);
  await eventually(async () => {
    const found = await cluster.kubectl('get', 'namespaces', '--output=name');
    if (found.includes(`/${namespace}\n`)) throw new Error(`the namespace ${namespace} still exists`);
  }, changeTimeoutMs);
  await cluster.resetVolumes();
}
