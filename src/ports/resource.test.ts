import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findUndescribed } from '../../test/support/contract/undescribed.ts';
import { LaptopOfPort, NewPort, PortDocument, RenamedPort } from './documents.ts';
import { portResource } from './resource.ts';

const { present, filters, add, change, remove, referrers } = portResource;
const state = { name: 'USB-C' };
const laptop = { title: 'Lenovo', model: 'S3', portIds: [1] };
const lookups = { laptops: () => undefined };

const documents = suite('the document of a port');

documents('has its id and name', () => {
  assert.equal(present({ id: 1, state, version: 3 }, lookups), { id: 1, name: 'USB-C' });
  assert.equal(PortDocument.parse({ id: 1, name: 'USB-C' }), { id: 1, name: 'USB-C' });
});
documents('does not exist if the port does not', () =>
  assert.is(present({ id: 1, state: undefined, version: 3 }, lookups), undefined),
);
documents('is found by its name', () =>
  assert.equal([filters['name']?.(state), filters['name']?.(undefined)], ['USB-C', undefined]),
);
documents.run();

const referring = suite('the laptops of a port');

referring('have their id, title and model', () => {
  const document = { id: 9, title: 'Lenovo', model: 'S3' };
  assert.equal(referrers?.laptops?.present({ id: 9, state: laptop, version: 1 }), document);
  assert.equal(LaptopOfPort.parse(document), document);
  assert.is(referrers?.laptops?.noun, 'laptop');
});
referring('do not include removed ones', () =>
  assert.is(referrers?.laptops?.present({ id: 9, state: undefined, version: 2 }), undefined),
);
referring.run();

const commands = suite('a request for a port');

commands('is converted to a command', () => {
  assert.equal(add.command({ id: 1, name: 'USB-C' }), { type: 'AddPort', name: 'USB-C' });
  assert.equal(change.command({ name: 'USB-A' }), { type: 'RenamePort', name: 'USB-A' });
  assert.equal(remove.command(), { type: 'RemovePort' });
});
commands('has stable names, which are part of paths and subjects', () => {
  const { names, noun } = portResource;
  assert.equal([names, noun], [['ports', 'port'], 'port']);
  assert.equal([add.verb, change.verb, remove.verb], ['add', 'rename', 'remove']);
});
commands.run();

const schemas = suite('the schemas of a port');

for (const [name, schema] of Object.entries({ PortDocument, LaptopOfPort, NewPort, RenamedPort })) {
  schemas(`describe every field of ${name}, and have a valid example`, () => {
    const undescribed = name === 'LaptopOfPort' ? ['/id', '/title', '/model'] : [];
    assert.equal(findUndescribed(schema), undescribed);
    assert.ok(schema.safeParse(schema.meta()?.['example']).success);
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
