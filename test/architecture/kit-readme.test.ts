/** The sample service in the README of the kit compiles and runs as it is printed. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { startLoggedService } from '../support/process/logged-service.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'portside-readme-'));
process.once('exit', () => rmSync(folder, { recursive: true }));

/** Writes the code blocks of the README, each under the file name in its first line, and a stream definition. */
function writeSample(): string[] {
  const readme = readFileSync(join(root, 'src/kit/README.md'), 'utf8');
  const blocks = Array.from(readme.matchAll(/^```ts\n(\/\/ ([\w-]+\.ts).*\n[\s\S]*?)^```$/gm));
  for (const [, source = '', file = ''] of blocks) writeFileSync(join(folder, file), source);
  const ports = readFileSync(join(root, 'streams/ports.json'), 'utf8');
  mkdirSync(join(folder, 'streams'));
  const tickets = ports.replaceAll('PORTS', 'TICKETS').replaceAll('ports', 'tickets');
  writeFileSync(join(folder, 'streams/tickets.json'), tickets);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  cpSync(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  return blocks.map(([, , file = '']) => file);
}

const files = writeSample();
const sample = suite('the sample service in the README of the kit');

sample('compiles', () => {
  assert.equal(files, ['events.ts', 'ticket.ts', 'main.ts']);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  writeFileSync(
    join(folder, 'tsconfig.sample.json'),
    JSON.stringify({ extends: './tsconfig.json', include: ['*.ts'], exclude: [] }),
  );
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.sample.json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.is(status, 0, stdout);
});
sample('adds, renames and removes an entity, and rejects what its rules do not allow', async () => {
  const broker = await startTestBroker();
  const { connection } = await connectForTest(broker);
  try {
    await provisionStreams(connection.nc, join(folder, 'streams'));
    const tickets = await startLoggedService('tickets', {
      natsUrl: broker.url,
      entry: pathToFileURL(join(folder, 'main.ts')),
    });
    try {
      const opened = await tickets.post('/tickets', { json: { id: 1, title: 'Broken hinge' } });
      assert.is(opened.status, 201, opened.text);
      assert.is((await tickets.post('/tickets', { json: { id: 1, title: 'Again' } })).status, 409);
      const renamed = await tickets.post('/tickets/1/rename', { json: { title: 'Loose hinge' } });
      assert.equal(renamed.body, { id: 1, title: 'Loose hinge', openedBy: 'unknown' });
      assert.equal((await tickets.get('/tickets?title=Loose%20hinge')).body, [renamed.body]);
      const reply = await connection.nc.request('tickets.commands.close', JSON.stringify({ id: 1 }));
      assert.not.ok(reply.headers?.has('Nats-Service-Error-Code'));
      assert.is((await tickets.get('/tickets/1')).status, 404);
    } finally {
      await tickets.stop();
    }
  } finally {
    await connection.nc.close();
    await broker.close();
  }
});
sample.run();
