import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createProduct } from '../../domain/product.ts';
import { formatRoles } from './format-roles.ts';
import { rolesOf, type ServiceNames } from './roles.ts';

const acme = createProduct('acme');
const lamps: ServiceNames = { name: 'lamps', stream: 'LAMPS', followed: [] };
const rooms: ServiceNames = { name: 'rooms', stream: 'ROOMS', followed: ['LAMPS', 'DOORS'] };

/** Returns what a role of the services may publish. */
function publishedBy(role: string, ...services: readonly ServiceNames[]): readonly string[] {
  const { owners, subscriber } = rolesOf(services, acme);
  return [...owners, subscriber].find(({ name }) => name === role)?.publish ?? [];
}

const names = suite('the role of a service');

names('includes its own stream, snapshots and configuration, and the streams that it follows', () => {
  const own = publishedBy('rooms', lamps, rooms);
  for (const subject of [
    'rooms.events.*',
    '$JS.API.STREAM.INFO.ROOMS',
    '$JS.API.CONSUMER.CREATE.LAMPS.>',
    '$JS.API.STREAM.MSG.GET.DOORS',
    '$O.rooms-snapshots.M.>',
    '$JS.API.STREAM.INFO.KV_acme-config',
  ]) {
    assert.ok(own.includes(subject), subject);
  }
});
names(
  'includes of services that it does not follow only requests for their status, and replies to theirs',
  () =>
    assert.equal(
      publishedBy('lamps', lamps, rooms).filter((subject) => /rooms|doors/i.test(subject)),
      ['$SRV.STATS.rooms', 'rooms.queries.digest', '_INBOX_rooms.>'],
    ),
);
names.run();

const others = suite('the other roles');

others('have the streams of all services', () => {
  const ofStream = (role: string, stream: string) =>
    publishedBy(role, lamps, rooms).filter((subject) => subject.endsWith(`.${stream}`));
  for (const stream of [
    'LAMPS',
    'ROOMS',
    'LAMPS_REJECTIONS',
    'OBJ_lamps-snapshots',
    'OBJ_rooms-snapshots',
    'KV_acme-config',
  ]) {
    assert.is(ofStream('provisioner', stream).length, 3, stream);
    assert.ok(ofStream('operator', stream).length >= 2, stream);
  }
});
others('only see the state of a stream of another owner, with the operator', () => {
  const ofOther = (role: string) =>
    publishedBy(role, lamps, rooms).filter((subject) => subject.includes('DOORS'));
  assert.equal(ofOther('operator'), ['$JS.API.STREAM.INFO.DOORS']);
  for (const role of ['provisioner', 'publisher', 'importer', 'subscriber']) assert.equal(ofOther(role), []);
});
others('have names that no service may have', () =>
  assert.throws(
    () => rolesOf([lamps, { ...rooms, name: 'operator' }], acme),
    /the service "operator" has the name of another role/,
  ),
);
others.run();

const configuration = suite('the configuration file');

configuration('has a user with a key of its own for each role, in two accounts', () => {
  const names = [{ ...lamps, name: 'deskLamps-2' }, rooms];
  const text = formatRoles(names, rolesOf(names, acme), acme);
  assert.equal(
    Array.from(text.matchAll(/^ {2}(\w+) \{|nkey: \$(\w+)$/gm), ([, account, key]) => account ?? key),
    [
      'ACME',
      'DESKLAMPS_2_NKEY',
      'ROOMS_NKEY',
      'PROVISIONER_NKEY',
      'PUBLISHER_NKEY',
      'IMPORTER_NKEY',
      'OPERATOR_NKEY',
      'SUBSCRIBERS',
      'SUBSCRIBER_NKEY',
    ],
  );
});
configuration('has no line that is too long', () => {
  const text = formatRoles([rooms], rolesOf([rooms], acme), acme);
  assert.equal(
    text.split('\n').filter((line) => line.length > 125),
    [],
  );
});
configuration.run();
