import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { laptopContract } from '#contracts/laptops';
import { portContract } from '#contracts/ports';
import { EntityId } from '@portside/kit';
import { findUndescribed } from '../../test/support/contract/undescribed.ts';
import { LaptopOfPort, NewPort, PortDocument, RenamedPort } from './documents.ts';
import { portService } from './port.ts';

const { present, indexes, names, nouns, commands, relations, contract, follows, version, defaults } =
  portService;
const state = { name: 'USB-C' };
const laptop = { title: 'Lenovo', model: 'S3', portIds: [1] };
const lookups = { laptops: () => undefined };

const documents = suite('the document of a port');

documents('has its id and name', () => {
  assert.equal(present({ id: 1, state, version: 3 }, lookups), { id: 1, name: 'USB-C' });
  assert.equal(PortDocument.parse({ id: 1, name: 'USB-C' }), { id: 1, name: 'USB-C' });
});
documents('is found by its name', () => assert.equal(indexes['name']?.(state), ['USB-C']));
documents.run();

const related = suite('the laptops of a port');

related('are those that refer to it', () => assert.equal(relations['laptops']?.each(laptop), [1]));
related('have their id, title and model', () => {
  const document = { id: 9, title: 'Lenovo', model: 'S3' };
  assert.equal(relations['laptops']?.present({ id: 9, state: laptop, version: 1 }), document);
  assert.equal(LaptopOfPort.parse(document), document);
});
related.run();

const routes = suite('the commands of a port');

routes('have stable names, which are part of paths and subjects', () => {
  assert.equal([names, nouns.noun], [['ports', 'port'], 'port']);
  assert.equal(
    commands.map(({ kind, verb, method, path }) => [kind, verb, method, path]),
    [
      ['create', 'add', 'post', undefined],
      ['replace', 'rename', 'put', ''],
      ['remove', 'remove', 'delete', ''],
    ],
  );
});
routes.run();

const service = suite('the port service');

service('follows the laptops with the fold of their contract', () => {
  assert.is(contract.fold, portContract.fold);
  assert.equal(Object.keys(follows), ['laptops']);
  assert.is(follows['laptops']?.fold, laptopContract.fold);
});
service('has the version of the package, and TCP ports that differ from those of the laptop service', () => {
  assert.equal(version, new URL('../../package.json', import.meta.url));
  assert.equal(defaults, { httpPort: 5001, probePort: 9001 });
});
service.run();

const schemas = suite('the schemas of a port');

for (const [name, schema] of Object.entries({ PortDocument, LaptopOfPort, NewPort, RenamedPort })) {
  schemas(`describe every field of ${name}, and have a valid example`, () => {
    const undescribed = name === 'LaptopOfPort' ? ['/id', '/title', '/model'] : [];
    assert.equal(findUndescribed(schema), undescribed);
    // The kit adds an optional id to NewPort; the example contains it.
    const sent = schema === NewPort ? NewPort.extend({ id: EntityId }) : schema;
    assert.ok(sent.safeParse(schema.meta()?.['example']).success);
    assert.match(String(schema.meta()?.['id']), /^(?:(?:New|Renamed|)Port|LaptopOfPort)$/);
  });
}
schemas('require a name, and an id only of an existing port', () => {
  assert.ok(NewPort.safeParse({ name: 'a' }).success);
  for (const schema of [NewPort, RenamedPort]) {
    assert.not(schema.safeParse({}).success);
    assert.not(schema.safeParse({ name: 'a', other: 1 }).success);
  }
  assert.not(PortDocument.safeParse({ name: 'a' }).success);
});
schemas.run();
