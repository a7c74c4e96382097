/** The OpenAPI document requires a token for writes if and only if writes are protected. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { audience, createIssuer, issuerName } from '../support/http/issuer.ts';
import { send } from '../support/http/raw-http.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const folder = await mkdtemp(join(tmpdir(), 'portside-auth-'));
const keys = join(folder, 'keys.json');
await writeFile(keys, JSON.stringify({ keys: [(await createIssuer('one', 'EdDSA')).publicKey] }));
const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const env = { AUTH_JWKS_FILE: keys, AUTH_ISSUER: issuerName, AUTH_AUDIENCE: audience };
const [secured, open] = await Promise.all([
  startServiceProcess('laptops', { natsUrl: broker.url, env }),
  startServiceProcess('ports', { natsUrl: broker.url }),
]);

type Operation = { security?: unknown; responses: Record<string, unknown> };
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes?: unknown };
};
const readDocument = async (url: string): Promise<Document> =>
  JSON.parse(await (await fetch(`${url}/openapi.json`)).text());

const openApi = suite('the OpenAPI document');

openApi('requires a token for every write if writes are protected', async () => {
  const { paths, components } = await readDocument(secured.url);
  assert.equal(components.securitySchemes, {
    bearerToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  });
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { security, responses }] of Object.entries(operations)) {
      const isWrite = method !== 'get';
      assert.equal(security, isWrite ? [{ bearerToken: ['laptops:write'] }] : undefined, `${method} ${path}`);
      assert.is('401' in responses && '403' in responses, isWrite, `${method} ${path}`);
    }
  }
});

openApi('requires no token if writes are not protected, and neither does the service', async () => {
  const { paths, components } = await readDocument(open.url);
  assert.is(components.securitySchemes, undefined);
  assert.is(paths['/ports']?.['post']?.security, undefined);
  const headers = { 'Content-Type': 'application/json' };
  const added = await send(`${open.url}/ports`, { method: 'POST', headers, body: '{"name":"USB-C"}' });
  assert.is(added.status, 201);
});

openApi.after(async () => {
  await Promise.all([secured.stop(), open.stop()]);
  await connection.nc.close();
  await broker.close();
  await rm(folder, { recursive: true });
});
openApi.run();
