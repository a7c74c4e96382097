/** Which pod can connect to which port. */

import { runCommand } from '../../../setup/command.mjs';
import type { Cluster } from '../nodes/cluster.ts';
import { isReady, namespace, type Product } from './product.ts';

/** Connects from the network of a process to each address, and prints whether that succeeded. */
const connectScript = `
  const { connect } = require('node:net');
  const attempt = ([host, port]) => new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 3000 });
    const end = (connected) => { socket.destroy(); resolve(connected); };
    socket.on('connect', () => end(true)).on('error', () => end(false)).on('timeout', () => end(false));
  });
  Promise.all(JSON.parse(process.argv[1]).map(attempt)).then((results) => console.log(JSON.stringify(results)));
`;

const targets = [
  'laptops http',
  'laptops probes',
  'ports http',
  'ports probes',
  'nats client',
  'nats cluster',
  'nats monitor',
  'dns',
  'api server',
] as const;
type Target = (typeof targets)[number];

/** What each pod may connect to. Everything else is denied. */
const allowed: Readonly<Record<string, readonly Target[]>> = {
  'shop/client': ['laptops http', 'ports http', 'dns', 'api server'],
  'monitoring/client': ['laptops http', 'laptops probes', 'ports http', 'ports probes', 'dns', 'api server'],
  'portside/client': ['dns'],
  'portside/laptops': ['nats client', 'dns'],
  'portside/ports': ['nats client', 'dns'],
  'portside/nats': ['nats cluster', 'dns'],
};

/** Returns the number of connections that were tried, and a line for each with an unexpected result. */
export async function checkPolicies(
  cluster: Cluster,
  product: Product,
): Promise<{ readonly tried: number; readonly unexpected: readonly string[] }> {
  const [laptops, ports, nats] = [
    await lastPod(product, 'laptops'),
    await lastPod(product, 'ports'),
    await lastPod(product, 'nats'),
  ];
  const dns = await cluster.kubectl(
    'get',
    'pod',
    '--namespace=kube-system',
    '--selector=k8s-app=kube-dns',
    '--output=jsonpath={.items[0].status.podIP}',
  );
  const addresses: Readonly<Record<Target, readonly [string, number]>> = {
    'laptops http': [laptops.ip, 5000],
    'laptops probes': [laptops.ip, 9000],
    'ports http': [ports.ip, 5001],
    'ports probes': [ports.ip, 9001],
    'nats client': [nats.ip, 4222],
    'nats cluster': [nats.ip, 6222],
    'nats monitor': [nats.ip, 8222],
    dns: [dns, 53],
    'api server': ['172.30.0.1', 6443],
  };
  const unexpected: string[] = [];
  for (const [source, permitted] of Object.entries(allowed)) {
    const [inNamespace = '', name = ''] = source.split('/');
    // A pod other than the targets.
    const pod = name === 'client' ? name : (await product.pods(name)).find(isReady)?.metadata.name;
    const pid = await cluster.findProcess(inNamespace, pod ?? name);
    const output = await runCommand('nsenter', [
      `--net=/proc/${pid}/ns/net`,
      process.execPath,
      '-e',
      connectScript,
      JSON.stringify(targets.map((target) => addresses[target])),
    ]);
    const results: unknown = JSON.parse(output);
    for (const [index, target] of targets.entries()) {
      const connected = Array.isArray(results) && results[index] === true;
      if (connected !== permitted.includes(target))
        unexpected.push(`${source} ${connected ? 'can' : 'cannot'} connect to ${target}`);
    }
  }
  return { tried: Object.keys(allowed).length * targets.length, unexpected };
}

async function lastPod(product: Product, name: string): Promise<{ readonly ip: string }> {
  const ip = (await product.pods(name)).findLast(isReady)?.status.podIP;
  if (ip === undefined) throw new Error(`${namespace} has no ready pod of ${name}`);
  return { ip };
}
