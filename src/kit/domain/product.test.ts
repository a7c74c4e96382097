import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createProduct, defaultProduct } from './product.ts';

const product = suite('a product');

product('derives its identifiers from its name', () =>
  assert.equal(createProduct('acme2'), {
    name: 'acme2',
    title: 'Acme2',
    configBucket: 'acme2-config',
    commandDigestHeader: 'Acme2-Command-Digest',
    actorHeader: 'Acme2-Actor',
    versionHeader: 'Acme2-Version',
  }),
);
product('is called portside by default', () => assert.is(defaultProduct.name, 'portside'));
for (const name of ['', '1a', 'Acme', 'acme-2', 'a_b', '-acme', 'acme ']) {
  product(`rejects ${JSON.stringify(name)}, which cannot be part of a metric name`, () =>
    assert.throws(
      () => createProduct(name),
      (error: unknown) =>
        error instanceof TypeError && error.message.startsWith(`product "${name}": expected`),
    ),
  );
}
product.run();
