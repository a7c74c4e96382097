import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { describeVersions } from './machine.ts';

test('the versions of our packages and of the peers are known', async () => {
  const {
    PostgreSQL,
    'nats-server': broker,
    'closed-loop load': load,
    ...versions
  } = await describeVersions();
  for (const [name, version] of Object.entries(versions)) assert.match(version, /^v?\d+\.\d+\.\d+$/, name);
  assert.ok(PostgreSQL && broker && load);
});
test.run();
