/** Assessments of `/varz` responses; obtaining the real ones would require a whole cluster. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assessSync, type Monitored } from './sync.ts';

const monitored = (config?: NonNullable<Monitored['jetstream']>['config']): Monitored => ({
  server_id: 'N1',
  server_name: 'one',
  jetstream: { config },
});

const twoMinutes = 120e9;

const sync = suite('assessSync');

sync('accepts `always` with any interval', () => {
  for (const replicated of [true, false]) {
    const { verdict } = assessSync(monitored({ sync_always: true, sync_interval: twoMinutes }), replicated);
    assert.is(verdict, 'ok');
  }
});

sync('reports an interval as a failure on a single server and as a warning on a replicated stream', () => {
  const response = monitored({ sync_always: false, sync_interval: twoMinutes });
  assert.is(assessSync(response, false).verdict, 'failure');
  assert.is(assessSync(response, true).verdict, 'warning');
  assert.match(assessSync(response, true).detail, '2 minutes');
});

sync('accepts a server without JetStream', () => {
  assert.is(assessSync(monitored(), false).verdict, 'ok');
});

sync.run();
