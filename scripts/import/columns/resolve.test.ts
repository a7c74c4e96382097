import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createImporters } from '../importer.ts';
import { parseColumnMap } from './column-map.ts';
import { previewColumns } from './preview.ts';
import { resolveColumns } from './resolve.ts';

const importers = createImporters();

/** Returns the kind and what each column is, or the fault. */
function resolve(columns: readonly string[], map: readonly string[] = [], ignoresUnknown = false) {
  const resolved = resolveColumns(importers, columns, { map: parseColumnMap(map), ignoresUnknown });
  return 'fault' in resolved ? resolved.fault : [resolved.kind.service, ...resolved.targets];
}

function faultOf(columns: readonly string[], map?: readonly string[]): string {
  return String(resolve(columns, map));
}

/** Returns the options that are suggested for a file with these columns. */
function suggest(columns: readonly string[], map: readonly string[] = []) {
  const options = { map: parseColumnMap(map), ignoresUnknown: false };
  return previewColumns(importers, columns, [], options).flags;
}

const catalogue = ['laptop_ID', 'Company', 'Product', 'TypeName', 'Inches'];

const columns = suite('columns');

columns('are recognised in any case, with spaces around them', () => {
  assert.equal(resolve([' ID', 'Title ', 'MODEL']), ['laptops', 'id', 'title', 'model']);
  assert.equal(resolve(['id', 'name']), ['ports', 'id', 'name']);
});
columns('are mapped by name or by number, whatever else is in the file', () => {
  assert.equal(resolve(catalogue, ['title=Company,model=product'], true), [
    'laptops',
    'id',
    'title',
    'model',
    undefined,
    undefined,
  ]);
  assert.equal(resolve(['', 'b', 'c'], ['id=#1', 'title=b', 'model=#3']), [
    'laptops',
    'id',
    'title',
    'model',
  ]);
  assert.equal(resolve(['id', 'Price, EUR', 'm'], ['title=Price, EUR,model=m']), [
    'laptops',
    'id',
    'title',
    'model',
  ]);
});
columns('with the name of a mapped column are not used', () => {
  assert.equal(resolve(['id', 'title', 'maker', 'model'], ['title=maker'], true), [
    'laptops',
    'id',
    undefined,
    'title',
    'model',
  ]);
  assert.equal(resolve(['id', 'title', 'model', 'ports'], ['ports='], true), [
    'laptops',
    'id',
    'title',
    'model',
    undefined,
  ]);
});
columns('are not affected by a mapping for another file of the import', () => {
  assert.equal(resolve(['id', 'name'], ['title=Company']), ['ports', 'id', 'name']);
});
columns('that an earlier import added to rejected rows are ignored', () => {
  assert.equal(resolve(['rejected_line', 'rejected_reason', 'id', 'name']), [
    'ports',
    undefined,
    undefined,
    'id',
    'name',
  ]);
});
columns('that do not fit are reported', () => {
  assert.match(
    faultOf(catalogue, ['title=Company,model=Product']),
    /^unknown columns "TypeName", "Inches": a laptop/,
  );
  assert.match(faultOf(['id', 'title', 'model', 'title']), /^duplicate column "title"/);
  assert.match(
    faultOf(['id', 'x', 'x', 'model'], ['title=x']),
    /map one by its number, title=#2 or title=#3/,
  );
  assert.match(
    faultOf(['id', 'model'], ['title=Company']),
    /^column "Company" missing: --map names it for title/,
  );
  assert.match(faultOf(['title', 'model']), /^column "id" missing: every row needs an id/);
  assert.match(faultOf(['a', 'b']), /^the columns match no kind/);
});
columns.run();

const suggestions = suite('suggested options');

suggestions('make the columns of another catalogue fit', () => {
  for (const names of [
    catalogue,
    ['Nr', 'Hersteller', 'Model Name', 'Manufacturer'],
    ['Product', 'Brand', 'Asset ID'],
    ['ID', 'Titel', 'Modell', 'Price'],
    ['id', 'title', 'model', 'colour'],
    ['id', 'Connector name'],
    ['id', '', 'Brand', 'Brand', 'model'],
  ]) {
    const flags = suggest(names) ?? [];
    const at = flags.indexOf('--map');
    const map = at === -1 ? [] : [flags[at + 1] ?? ''];
    const resolved = resolve(names, map, flags.includes('--ignore-unknown-columns'));
    assert.ok(Array.isArray(resolved), `${names.join()}: ${flags.join(' ')}: ${String(resolved)}`);
  }
  assert.equal(suggest(catalogue), [
    '--map',
    'id=laptop_ID,title=Company,model=Product',
    '--ignore-unknown-columns',
  ]);
});
suggestions('complete those that were given', () => {
  assert.equal(suggest(['id', 'Company', 'Produkt'], ['title=Company']), ['--map', 'model=Produkt']);
});
suggestions('are missing if no column resembles a required one', () => {
  assert.is(suggest(['Company', 'Product']), undefined);
  assert.is(suggest(['1', 'Apple', 'MacBook']), undefined);
});
suggestions.run();
