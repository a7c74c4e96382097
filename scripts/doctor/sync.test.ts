/** What a server's own words about its disk mean, where a test would need a whole cluster to hear them. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { judgeSync, type Monitored } from './sync.ts';

const monitored = (config?: NonNullable<Monitored['jetstream']>['config']): Monitored => ({
  server_id: 'N1',
  server_name: 'one',
  jetstream: { config },
});

const twoMinutes = 120e9;

const test = suite('the sync setting');

test('always is what it should be, whatever the interval', () => {
  for (const replicated of [true, false]) {
    const { verdict } = judgeSync(monitored({ sync_always: true, sync_interval: twoMinutes }), replicated);
    assert.is(verdict, 'ok');
  }
});

test('an interval is a failure on one server, and a warning where several keep the stream', () => {
  const answer = monitored({ sync_always: false, sync_interval: twoMinutes });
  assert.is(judgeSync(answer, false).verdict, 'failure');
  assert.is(judgeSync(answer, true).verdict, 'warning');
  assert.match(judgeSync(answer, true).detail, '2 minutes');
});

test('a server without JetStream has nothing to lose', () => {
  assert.is(judgeSync(monitored(), false).verdict, 'ok');
});

test.run();
