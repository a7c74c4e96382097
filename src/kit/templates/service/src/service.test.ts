/** The service as a process, with a nats-server of its own. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ProblemError } from '@portside/kit/client';
import { testService } from '@portside/kit/testing';
import { __noun__Service } from './service.ts';

const { client, close } = await testService(__noun__Service);
after(close);

test('stores, lists and removes __name__', async () => {
  const { document } = await client.add({ name: 'North' });
  assert.equal(document.name, 'North');
  await client.rename(document.id, { name: 'South' });
  const renamed = [];
  for await (const found of client.list({ where: { name: 'South' } })) renamed.push(found);
  assert.deepEqual(renamed, [{ id: document.id, name: 'South' }]);
  await client.remove(document.id);
  await assert.rejects(
    client.get(document.id),
    (error) => error instanceof ProblemError && error.code === 'not-found',
  );
});
