import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createResourceScope, withScope } from './child-processes.ts';

const scopes = suite('a resource scope');

scopes('releases in reverse order, continues after a failure and reports it', async () => {
  const scope = createResourceScope();
  const released: string[] = [];
  scope.defer(() => released.push('first'));
  scope.defer(() => {
    throw new Error('stuck');
  });
  scope.defer(() => released.push('last'));
  const error: unknown = await scope.close().catch((thrown: unknown) => thrown);
  assert.match(String(error), 'stuck');
  assert.equal(released, ['last', 'first']);
});

scopes('removes its folders, and makes none after it was closed', async () => {
  const scope = createResourceScope();
  const folder = await scope.makeFolder();
  assert.ok(existsSync(folder));
  await scope.close();
  assert.not.ok(existsSync(folder));
  const error: unknown = await scope.makeFolder().catch((thrown: unknown) => thrown);
  assert.match(String(error), 'interrupted');
});

scopes('closes after the work, and with its parent', async () => {
  const parent = createResourceScope();
  const released: string[] = [];
  await withScope(parent, async (scope) => scope.defer(() => released.push('after the work')));
  assert.equal(released, ['after the work']);
  await withScope(parent, async (scope) => {
    scope.defer(() => released.push('with the parent'));
    await parent.close();
    assert.equal(released, ['after the work', 'with the parent']);
  });
});

scopes.run();
