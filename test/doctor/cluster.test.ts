/** `npm run doctor` reports the servers and streams of a cluster. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestCluster } from '../support/broker/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { diagnose } from '../support/scripts/doctor.ts';

const cluster = suite('a cluster');

cluster(
  'is reported with the replicas and the leader of each stream, and an unreachable server is a failure',
  async () => {
    const { url, servers, close } = await startTestCluster();
    try {
      const clusterEnv = { NATS_URL: url, STREAM_REPLICAS: '3' };
      await eventually(async () => {
        const { textOf } = await diagnose(clusterEnv);
        for (const name of ['one', 'two', 'three']) assert.match(textOf(`server ${name}`), /^ok/);
        assert.match(textOf('stream LAPTOPS'), /^ok/);
        assert.match(textOf('log LAPTOPS'), /^ok: .*3 replicas, leader \w+/);
      });

      const [, , last] = servers;
      await last?.kill();
      // The stream checks are not asserted: the cluster may be electing a leader.
      const { textOf } = await diagnose(clusterEnv);
      assert.match(textOf(`server ${last?.url}`), /^failure: cannot reach NATS/);
    } finally {
      await close();
    }
  },
);

cluster.run();
