import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findUndescribed } from '../../test/support/contract/undescribed.ts';
import { LaptopDocument, NewLaptop, RevisedLaptop } from './documents.ts';
import { laptopResource } from './resource.ts';

const { present, filters, add, change, remove, members = [] } = laptopResource;
const state = { title: 'Lenovo', model: 'S3', portIds: [7, 8] };
const lookups = { ports: (id: number) => (id === 7 ? { name: 'USB-C' } : undefined) };

const documents = suite('the document of a laptop');

documents('has its fitted ports with their names, without ports that no longer exist', () => {
  const document = { id: 1, title: 'Lenovo', model: 'S3', ports: [{ id: 7, name: 'USB-C' }] };
  assert.equal(present({ id: 1, state, version: 3 }, lookups), document);
  assert.equal(LaptopDocument.parse(document), document);
});
documents('does not exist if the laptop does not', () =>
  assert.is(present({ id: 1, state: undefined, version: 3 }, lookups), undefined),
);
documents('is found by its title or model', () => {
  assert.equal([filters['title']?.(state), filters['model']?.(state)], ['Lenovo', 'S3']);
  assert.equal([filters['title']?.(undefined), filters['model']?.(undefined)], [undefined, undefined]);
});
documents.run();

const commands = suite('a request for a laptop');

commands('is converted to a command', () => {
  const body = { title: 'Lenovo', model: 'S3' };
  assert.equal(add.command({ id: 1, ...body }), { type: 'AddLaptop', ...body });
  assert.equal(change.command(body), { type: 'ReviseLaptop', ...body });
  assert.equal(remove.command(), { type: 'RemoveLaptop' });
  assert.equal(
    members.map(({ put, take }) => [put.command(7), take.command(7)]),
    [
      [
        { type: 'FitPort', portId: 7 },
        { type: 'UnfitPort', portId: 7 },
      ],
    ],
  );
});
commands('has stable names, which are part of paths and subjects', () => {
  const { names, noun } = laptopResource;
  assert.equal([names, noun], [['laptops'], 'laptop']);
  assert.equal([add.verb, change.verb, remove.verb], ['add', 'revise', 'remove']);
  assert.equal(
    members.map(({ name, noun, put, take }) => [name, noun, put.verb, take.verb]),
    [['ports', 'port', 'fit', 'unfit']],
  );
});
commands.run();

const schemas = suite('the schemas of a laptop');

for (const [name, schema] of Object.entries({ LaptopDocument, NewLaptop, RevisedLaptop })) {
  schemas(`describe every field of ${name}, and have a valid example`, () => {
    const undescribed = name === 'LaptopDocument' ? ['/ports/*/id', '/ports/*/name'] : [];
    assert.equal(findUndescribed(schema), undescribed);
    assert.ok(schema.safeParse(schema.meta()?.['example']).success);
    assert.match(String(schema.meta()?.['id']), /^(?:|New|Revised)Laptop$/);
  });
}
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
