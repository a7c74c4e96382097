/** Files with so many existing rows that the import reads the stream into memory. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createTestFiles, startImport } from '../support/scripts/import.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { createCleanup } from '../support/faults/scenario.ts';

const { defer, close } = createCleanup();
const files = createTestFiles();
defer(() => Promise.resolve(files.close()));

const rows = 300;

/** Writes laptops with every `step`th id; the model of those with an id below `older` is another one. */
function write(name: string, step: number, older = 0): string {
  const ids = Array.from({ length: rows / step }, (_, index) => (index + 1) * step);
  const lines = ids.map((id) => `${id},Lenovo,S${id < older ? 0 : id},${id % 3 === 0 ? '1 2' : ''}`);
  return files.write(name, ['id,title,model,ports', ...lines, ''].join('\n'));
}

const again = suite('an import of many rows');

again(
  'finds the existing ones in the stream, adds the others and completes those with missing ports',
  async () => {
    const broker = await startTestBroker();
    defer(broker.close);
    const { connection, jsm } = await connectForTest(broker);
    defer(() => connection.nc.close());
    const run = async (file: string) => {
      const { code, stdout } = await startImport(broker.url, [file]).ended;
      return [code, /^laptops: .*$/m.exec(stdout)?.[0]];
    };
    const publish = (id: number, event: object) =>
      connection.nc.request(`laptops.events.${id}`, JSON.stringify(event));

    const even = write('even.csv', 2);
    assert.equal(await run(even), [0, 'laptops: 150 added, 0 already there, 0 differ, 0 invalid']);
    assert.equal(await run(even), [0, 'laptops: 0 added, 150 already there, 0 differ, 0 invalid']);
    await publish(150, { type: 'PortUnfitted', portId: 1 });
    await publish(152, { type: 'LaptopRemoved' });
    await publish(154, { type: 'rejected' });
    const all = write('all.csv', 1, 11);
    assert.equal(await run(all), [
      1,
      'laptops: 151 added, 1 completed, 143 already there, 5 differ, 0 invalid',
    ]);
    const { last_seq } = (await jsm.streams.info('LAPTOPS')).state;
    assert.equal(await run(all), [1, 'laptops: 0 added, 295 already there, 5 differ, 0 invalid']);
    assert.is((await jsm.streams.info('LAPTOPS')).state.last_seq, last_seq);
  },
);
again('finds the existing ones without a consumer if it may not create one', async () => {
  const broker = await startTestBroker({
    configuration: `no_auth_user: importer
      authorization { users: [{
        user: importer, password: importer
        permissions: { publish: { deny: ["$JS.API.CONSUMER.>"] } }
      }] }`,
  });
  defer(broker.close);
  const { connection } = await connectForTest(broker);
  defer(() => connection.nc.close());
  const file = write('all.csv', 1);
  for (const summary of ['300 added, 0 already there', '0 added, 300 already there']) {
    const { code, stdout, stderr } = await startImport(broker.url, [file]).ended;
    assert.equal([code, stderr], [0, '']);
    assert.match(stdout, summary);
  }
});
again(
  'compares texts in NFC, because an event that was published by hand may have another spelling',
  async () => {
    const broker = await startTestBroker();
    defer(broker.close);
    const { connection } = await connectForTest(broker);
    defer(() => connection.nc.close());
    const [portege, connector] = ['Portégé', 'Prise électrique'];
    const publish = (subject: string, event: object) =>
      connection.nc.request(subject, JSON.stringify(event).normalize('NFD'));
    await publish('laptops.events.1', { type: 'LaptopAdded', title: portege, model: portege });
    await publish('ports.events.1', { type: 'PortAdded', name: connector });
    const laptops = files.write('nfc-laptops.csv', `id,title,model\n1,${portege},${portege}\n`);
    const ports = files.write('nfc-ports.csv', `id,name\n1,${connector}\n`);
    const { code, stdout } = await startImport(broker.url, [laptops, ports]).ended;
    assert.match(stdout, 'laptops: 0 added, 1 already there, 0 differ');
    assert.match(stdout, 'ports: 0 added, 1 already there, 0 differ');
    assert.is(code, 0);
  },
);
again.after(close);
again.run();
