import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  controlSubject,
  InfoResponse,
  serviceNamePattern,
  StatsResponse,
  versionPattern,
} from './protocol.ts';

const test = suite('the protocol of the services framework');

test('addresses all services, the replicas of one, or one replica', () => {
  assert.is(controlSubject('PING'), '$SRV.PING');
  assert.is(controlSubject('INFO', { name: 'laptops' }), '$SRV.INFO.laptops');
  assert.is(controlSubject('STATS', { name: 'laptops', id: 'x1' }), '$SRV.STATS.laptops.x1');
});
test('accepts semantic versions, with pre-release and build metadata', () => {
  for (const version of [
    '0.0.4',
    '10.20.30',
    '1.1.2-prerelease+meta',
    '1.0.0-alpha.0valid',
    '1.0.0-0A.is.legal',
    '1.0.0--x',
    '1.0.0+0.build.1-rc.10000aaa',
  ]) {
    assert.match(version, versionPattern);
  }
});
test('rejects other versions', () => {
  for (const version of [
    '',
    '1',
    '1.2',
    'v1.2.3',
    '01.1.1',
    '1.1.1.1',
    '1.2.3-',
    '1.2.3-0123',
    '1.0.0-alpha..1',
    '1.1.2+.123',
    '1.2.3\n',
  ]) {
    assert.not.match(version, versionPattern);
  }
});
test('accepts letters, digits, dashes and underscores in names', () => {
  assert.match('Docking_stations-2', serviceNamePattern);
  for (const name of ['', 'a.b', 'a b', 'a*', '>', 'é', 'a\n']) assert.not.match(name, serviceNamePattern);
});
test('reads the responses of services that omit empty fields or set them to null', () => {
  const identity = { name: 'others', id: 'x1', version: '1.0.0', metadata: null };
  const info = { type: 'io.nats.micro.v1.info_response', ...identity, description: '', endpoints: null };
  assert.equal(InfoResponse.parse(info), { ...info, metadata: {}, endpoints: [] });
  const counts = { num_requests: 1, num_errors: 0, processing_time: 2, average_processing_time: 2 };
  const endpoint = { name: 'default', subject: 'others', ...counts };
  const stats = StatsResponse.parse({
    type: 'io.nats.micro.v1.stats_response',
    ...identity,
    started: '2026-01-01T00:00:00Z',
    endpoints: [endpoint],
  });
  assert.equal(stats.endpoints, [{ ...endpoint, queue_group: '', last_error: '' }]);
});
test.run();
