/** `kubernetes/overlays/production` on three nodes: Secrets, security and placement. */

import * as assert from 'uvu/assert';
import { eventually } from '../../../../test/support/eventually.ts';
import { runCommand } from '../../../setup/command.mjs';
import type { Check } from '../../checks.ts';
import { manifestPath } from '../nodes/cluster.ts';
import { nodeNames, type Node } from '../nodes/node.ts';
import type { CheckContext } from './context.ts';
import { faultChecks, killedNodeCheck } from './faults/fault-checks.ts';
import { checkPolicies } from './policy-matrix.ts';
import { applyVariant, assertUnchanged, production } from './overlay.ts';
import { changeTimeoutMs, isReady, services, type Product } from './product.ts';
import { createCredentials, readSecretCommands, type Credentials } from './secrets.ts';

const workloads = ['statefulset/nats', 'deployment/laptops', 'deployment/ports'];

export function productionChecks(context: CheckContext): readonly Check[] {
  const { cluster, product, figures } = context;
  const { kubectl } = product;
  const inProduction = (name: string, run: Check['run']): Check => ({ name: `${production}: ${name}`, run });
  const nodes: Node[] = [];
  let credentials: Credentials | undefined;
  const getCredentials = async () => (credentials ??= await createCredentials(cluster));
  const withToken = async () => (await getCredentials()).issueToken();

  async function startClients(): Promise<void> {
    await cluster.kubectl('apply', `--filename=${manifestPath('clients.yaml')}`);
    for (const name of ['shop', 'monitoring', 'portside']) {
      await cluster.kubectl(
        'wait',
        '--for=condition=Ready',
        '--timeout=3m',
        `--namespace=${name}`,
        'pod/client',
      );
    }
  }

  return [
    {
      name: 'two more nodes join the cluster',
      async run() {
        const started = Date.now();
        for (const name of ['node-2', 'node-3'] as const) nodes.push(await cluster.addNode(name));
        figures.time('two more nodes ready', Date.now() - started);
        return { verdict: 'ok' };
      },
    },
    inProduction(
      'waits for its Secrets, and becomes available when the documented commands create them',
      async () => {
        await cluster.apply(production);
        // The kubelet reports the missing Secrets of the servers, the services and the provisioner.
        await eventually(
          async () => {
            const events = await kubectl('get', 'events', '--field-selector=reason=FailedMount');
            for (const name of ['nats-tls', 'laptops-nkey', 'ports-nkey', 'provisioner-nkey', 'token-keys'])
              assert.match(events, `"${name}" not found`);
          },
          changeTimeoutMs,
          1_000,
        );
        const { run } = await getCredentials();
        await run(await readSecretCommands());
        const started = Date.now();
        await product.awaitRollout(...workloads);
        figures.time(
          '`overlays/production` from its Secrets to available, three nodes',
          Date.now() - started,
        );
        return { verdict: 'ok', note: `${((Date.now() - started) / 1000).toFixed(1)} s after the Secrets` };
      },
    ),
    inProduction('a second apply changes nothing', async () => {
      await cluster.apply(production);
      return assertUnchanged(cluster, production);
    }),
    inProduction(
      'each node has one replica of each service and one server, without zone labels',
      async () => {
        assert.equal(await placement(product), onePerNode);
        return { verdict: 'ok' };
      },
    ),
    inProduction('a write needs a token', async () => {
      await startClients();
      const pid = await cluster.findProcess('shop', 'client');
      const url = await product.urlOf('laptops');
      const write = async (token: string) =>
        runCommand('nsenter', [`--net=/proc/${pid}/ns/net`, process.execPath, '-e', writeScript, url, token]);
      assert.is((await write('')).trim(), '401');
      assert.is((await write(await withToken())).trim(), '201');
      return { verdict: 'ok' };
    }),
    inProduction('each node has one replica of each service and one server, with zone labels', async () => {
      for (const name of nodeNames)
        await cluster.kubectl('label', 'node', name, `topology.kubernetes.io/zone=${name}`);
      await applyVariant(cluster);
      await product.awaitRollout(...workloads);
      assert.equal(await placement(product), onePerNode);
      return { verdict: 'ok' };
    }),
    ...faultChecks(context, withToken),
    inProduction('network policies admit the intended connections and no others', async () => {
      await cluster.enforcePolicies();
      // The new pods start with the policies enforced.
      await kubectl('rollout', 'restart', ...workloads);
      await product.awaitRollout(...workloads);
      return eventually(
        async () => {
          const { tried, unexpected } = await checkPolicies(cluster, product);
          assert.equal(unexpected, []);
          return { verdict: 'ok', note: `${tried} connections` } as const;
        },
        120_000,
        1_000,
      );
    }),
    killedNodeCheck(context, withToken, (name) => nodes.find((node) => node.name === name)?.kill()),
  ];
}

const writeScript = `
  const [url, token] = process.argv.slice(1);
  const headers = { 'Content-Type': 'application/json', ...(token && { Authorization: 'Bearer ' + token }) };
  fetch(url, { method: 'POST', headers, body: '{"title":"Lenovo","model":"S3"}' }).then(({ status }) => console.log(status));
`;

const onePerNode = Object.fromEntries([...services, 'nats'].map((name) => [name, [...nodeNames]]));

/** Returns the nodes of the ready pods. */
async function placement(product: Product) {
  const placed: Record<string, string[]> = {};
  for (const name of [...services, 'nats']) {
    const pods = (await product.pods(name)).filter(isReady);
    placed[name] = pods
      .map(({ spec }) => spec.nodeName ?? 'no node')
      .toSorted((one, other) => one.localeCompare(other));
  }
  return placed;
}
