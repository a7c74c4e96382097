/** Checks the running containers: start order, user, permissions and memory. */

import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { Check } from '../checks.ts';
import { replicaCount, services, type Container, type Deployment } from './deployment.ts';
import type { Engine } from './engine.ts';

/** Maximum memory of a service after the load tests, in percent of its limit. */
const memoryShareLimit = 50;

/** Runs inside a container as its user and prints the permissions. */
const permissionsScript = `
  const { readFileSync, writeFileSync } = require('node:fs');
  const status = readFileSync('/proc/1/status', 'utf8');
  const field = (name) => RegExp('^' + name + ':\\\\s*(\\\\S+)', 'm').exec(status)?.[1];
  const write = (path) => {
    try { writeFileSync(path, ''); return 'written'; } catch ({ code }) { return code; }
  };
  console.log(JSON.stringify({
    user: field('Uid'), group: field('Gid'),
    effective: field('CapEff'), bounding: field('CapBnd'), noNewPrivileges: field('NoNewPrivs'),
    root: write('/x'), application: write('/app/x'), temporary: write('/tmp/x'),
  }));
`;

const noCapability = '0000000000000000';

export function startChecks(engine: Engine, deployment: Deployment): readonly Check[] {
  const all = async () =>
    (await Promise.all(services.map((service) => deployment.containers(service)))).flat();

  return [
    {
      name: 'all containers become healthy, and each starts after its dependencies',
      async run() {
        await deployment.awaitHealthy();
        const [provisioner] = await deployment.containers('provision');
        const [broker] = await deployment.containers('nats');
        assert.ok(provisioner !== undefined && broker !== undefined);
        assert.equal([provisioner.State.Status, provisioner.State.ExitCode], ['exited', 0]);
        assert.ok(provisioner.State.StartedAt > broker.State.StartedAt);
        const started = await all();
        assert.is(started.length, replicaCount * services.length);
        for (const { Name, State } of started) {
          assert.ok(State.StartedAt > provisioner.State.FinishedAt, `${Name} did not wait for the streams`);
        }
        return { verdict: 'ok' };
      },
    },
    {
      name: 'all containers run as user 10001 on a read-only root, without capabilities, and publish only loopback ports',
      async run() {
        for (const container of await all()) {
          assert.equal(
            JSON.parse(await engine.docker('exec', container.Id, 'node', '-e', permissionsScript)),
            {
              user: '10001',
              group: '10001',
              effective: noCapability,
              bounding: noCapability,
              noNewPrivileges: '1',
              root: 'EROFS',
              application: 'EROFS',
              temporary: 'written',
            },
          );
          assert.equal(publishedAddresses(container), ['127.0.0.1']);
        }
        return { verdict: 'ok' };
      },
    },
    {
      name: 'a second run of the provisioner changes nothing',
      async run() {
        const output = await deployment.compose('run', '--rm', '--no-deps', 'provision');
        assert.match(output, /LAPTOPS: unchanged/);
        assert.match(output, /PORTS: unchanged/);
        return { verdict: 'ok' };
      },
    },
  ];
}

function publishedAddresses({ NetworkSettings }: Container): string[] {
  return [...new Set(Object.values(NetworkSettings.Ports).flatMap((ports) => ports ?? []))].map(
    ({ HostIp }) => HostIp,
  );
}

const Usage = z.object({ Name: z.string(), MemUsage: z.string(), MemPerc: z.string() });

/** Runs last, so that it measures the memory after the load tests. */
export function memoryCheck(engine: Engine, deployment: Deployment): Check {
  return {
    name: `after the load, every service uses less than ${memoryShareLimit} % of its memory limit, and none was killed`,
    async run() {
      const found = (await Promise.all(services.map(deployment.containers))).flat();
      for (const { Name, State, HostConfig } of found) {
        assert.ok(HostConfig.Memory > 0, `${Name} has no limit`);
        assert.is(State.OOMKilled, false, Name);
      }
      const ids = found.map(({ Id }) => Id);
      const lines = await engine.docker('stats', '--no-stream', '--format', '{{json .}}', ...ids);
      const usages = lines
        .trim()
        .split('\n')
        .map((line) => Usage.parse(JSON.parse(line)));
      assert.is(usages.length, found.length);
      for (const { Name, MemPerc } of usages) {
        const share = Number.parseFloat(MemPerc);
        assert.ok(share > 0 && share < memoryShareLimit, `${Name} uses ${MemPerc}`);
      }
      const largest = usages.toSorted(
        (a, b) => Number.parseFloat(b.MemPerc) - Number.parseFloat(a.MemPerc),
      )[0];
      return { verdict: 'ok', note: `at most ${largest?.MemUsage}` };
    },
  };
}
