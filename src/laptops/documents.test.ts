import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { laptopContract } from '#contracts/laptops';
import { portContract } from '#contracts/ports';
import { EntityId } from '@portside/kit';
import { findUndescribed } from '../../test/support/contract/undescribed.ts';
import { LaptopDocument, NewLaptop, RevisedLaptop } from './documents.ts';
import { laptopService } from './laptop.ts';

const { present, indexes, names, nouns, commands, contract, follows, version, defaults } = laptopService;
const state = { title: 'Lenovo', model: 'S3', portIds: [7, 8] };
const lookups = { ports: (id: number) => (id === 7 ? { name: 'USB-C' } : undefined) };

const documents = suite('the document of a laptop');

documents('has its fitted ports with their names, without ports that no longer exist', () => {
  const document = { id: 1, title: 'Lenovo', model: 'S3', ports: [{ id: 7, name: 'USB-C' }] };
  assert.equal(present({ id: 1, state, version: 3 }, lookups), document);
  assert.equal(LaptopDocument.parse(document), document);
});
documents('is found by its title or model', () =>
  assert.equal([indexes['title']?.(state), indexes['model']?.(state)], [['Lenovo'], ['S3']]),
);
documents.run();

const routes = suite('the commands of a laptop');

routes('have stable names, which are part of paths and subjects', () => {
  assert.equal([names, nouns.noun], [['laptops'], 'laptop']);
  assert.equal(
    commands.map(({ kind, verb, method, path }) => [kind, verb, method, path]),
    [
      ['create', 'add', 'post', undefined],
      ['replace', 'revise', 'put', ''],
      ['remove', 'remove', 'delete', ''],
      ['command', 'fit', 'put', 'ports/{portId}'],
      ['command', 'unfit', 'delete', 'ports/{portId}'],
    ],
  );
});
routes('have summaries, and parameters with descriptions', () => {
  assert.equal(
    commands.flatMap(({ verb, summary }) => (summary === undefined ? [] : [[verb, summary]])),
    [
      ['fit', 'Fit a port; succeeds if the laptop already has it'],
      ['unfit', 'Unfit a port; succeeds if the laptop does not have it'],
    ],
  );
  for (const { params } of commands) assert.equal(findUndescribed(z.object(params)), []);
});
routes.run();

const service = suite('the laptop service');

service('follows the ports with the fold of their contract', () => {
  assert.is(contract.fold, laptopContract.fold);
  assert.equal(Object.keys(follows), ['ports']);
  assert.is(follows['ports']?.fold, portContract.fold);
});
service('has the version of the package, and TCP ports that differ from those of the port service', () => {
  assert.equal(version, new URL('../../package.json', import.meta.url));
  assert.equal(defaults, { httpPort: 5000, probePort: 9000 });
});
service.run();

const schemas = suite('the schemas of a laptop');

for (const [name, schema] of Object.entries({ LaptopDocument, NewLaptop, RevisedLaptop })) {
  schemas(`describe every field of ${name}, and have a valid example`, () => {
    const undescribed = name === 'LaptopDocument' ? ['/ports/*/id', '/ports/*/name'] : [];
    assert.equal(findUndescribed(schema), undescribed);
    // The kit adds an optional id to NewLaptop; the example contains it.
    const sent = schema === NewLaptop ? NewLaptop.extend({ id: EntityId }) : schema;
    assert.ok(sent.safeParse(schema.meta()?.['example']).success);
    assert.match(String(schema.meta()?.['id']), /^(?:|New|Revised)Laptop$/);
  });
}
schemas('have an example of a laptop with a port', () => {
  const { ports } = LaptopDocument.parse(LaptopDocument.meta()?.['example']);
  assert.equal(ports, [{ id: 1, name: 'USB-C' }]);
});
schemas('require a title and a model, and an id only of an existing laptop', () => {
  assert.ok(NewLaptop.safeParse({ title: 'a', model: 'b' }).success);
  for (const schema of [NewLaptop, RevisedLaptop]) {
    assert.not(schema.safeParse({ title: 'a' }).success);
    assert.not(schema.safeParse({ model: 'b' }).success);
    assert.not(schema.safeParse({ title: 'a', model: 'b', other: 1 }).success);
  }
  assert.not(LaptopDocument.safeParse({ title: 'a', model: 'b', ports: [] }).success);
});
schemas.run();
