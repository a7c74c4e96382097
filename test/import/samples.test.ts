import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startImport } from '../support/scripts/import.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

type Row = Readonly<Record<string, string>>;

const files = ['ports.csv', 'laptops.csv'].map((name) =>
  fileURLToPath(new URL(`../../samples/${name}`, import.meta.url)),
);
const [portRows = [], laptopRows = []] = files.map((file): Row[] =>
  parse(readFileSync(file), { columns: true }),
);

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const [laptops, ports] = await Promise.all(
  ['laptops', 'ports'].map((name) => startServiceProcess(name, { natsUrl: broker.url })),
);

async function list(url: string | undefined): Promise<unknown> {
  const response = await fetch(url ?? '', { headers: { 'Wait-For-Position': 'latest' } });
  return response.json();
}

const samples = suite('the sample data');

samples('contains at least 60 laptops and every port that they use', () => {
  assert.ok(laptopRows.length >= 60);
  const known = new Set(portRows.map(({ id }) => id));
  const used = laptopRows.flatMap(({ ports: ids = '' }) => ids.split(' '));
  assert.equal(
    used.filter((id) => !known.has(id)),
    [],
  );
});
samples('are the rows that the web console offers', () => {
  const offered = (name: string): unknown =>
    JSON.parse(readFileSync(new URL(`../../samples/${name}.json`, import.meta.url), 'utf8'));
  assert.equal(
    offered('ports'),
    portRows.map(({ id, name }) => ({ id: Number(id), name })),
  );
  assert.equal(
    offered('laptops'),
    laptopRows.map(({ id, title, model }) => ({ id: Number(id), title, model })),
  );
});
samples('is imported into both services, and adds nothing when it is imported again', async () => {
  assert.is((await startImport(broker.url, files).ended).code, 0);
  assert.equal(
    await list(`${ports?.url}/ports`),
    portRows.map(({ id, name }) => ({ id: Number(id), name })),
  );
  const names = new Map(portRows.map(({ id, name }) => [id, name]));
  assert.equal(
    await list(`${laptops?.url}/laptops`),
    laptopRows.map(({ id, title, model, ports: ids = '' }) => ({
      id: Number(id),
      title,
      model,
      ports: ids.split(' ').map((portId) => ({ id: Number(portId), name: names.get(portId) })),
    })),
  );

  const positions = () =>
    Promise.all(['LAPTOPS', 'PORTS'].map(async (name) => (await jsm.streams.info(name)).state.last_seq));
  const before = await positions();
  assert.is((await startImport(broker.url, files).ended).code, 0);
  assert.equal(await positions(), before);
});
samples.after(async () => {
  await Promise.all([laptops?.stop(), ports?.stop()]);
  await connection.nc.close();
  await broker.close();
});
samples.run();
