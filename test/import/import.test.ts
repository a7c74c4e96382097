/** The import as a user sees it: input files, stored events, the report and the exit code. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createTestFiles, readEvents, startImport } from '../support/scripts/import.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const files = createTestFiles();

const run = (...args: string[]) => startImport(broker.url, args).ended;
const lastPosition = async (stream: string) => (await jsm.streams.info(stream)).state.last_seq;
const publish = (subject: string, event: object) => connection.nc.request(subject, JSON.stringify(event));

const portsFile = files.write('ports.csv', 'id,name\n1,USB-C\n2,"Barrel, 5.5 mm"\n');
const laptopsFile = files.write(
  'laptops.csv',
  'id,title,model,ports\n1,Lenovo,S3,1 2\n2,Apple,"MacBook Air (2022, M2)",\n',
);

const freshImport = suite('an import into empty streams');

freshImport('stores a ports file and a laptops file as events of the two services', async () => {
  const { code, stdout, stderr } = await run(portsFile, laptopsFile);
  assert.is(stderr, '');
  assert.is(code, 0);
  assert.match(stdout, /^laptops: 2 added, 0 already there, 0 differ, 0 invalid$/m);
  assert.match(stdout, /^ports: 2 added, 0 already there, 0 differ, 0 invalid$/m);
  assert.equal(Object.fromEntries(await readEvents(connection, jsm, 'LAPTOPS')), {
    'laptops.events.1': [
      { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' },
      { type: 'PortFitted', portId: 1 },
      { type: 'PortFitted', portId: 2 },
    ],
    'laptops.events.2': [{ type: 'LaptopAdded', title: 'Apple', model: 'MacBook Air (2022, M2)' }],
  });
  assert.equal(Object.fromEntries(await readEvents(connection, jsm, 'PORTS')), {
    'ports.events.1': [{ type: 'PortAdded', name: 'USB-C' }],
    'ports.events.2': [{ type: 'PortAdded', name: 'Barrel, 5.5 mm' }],
  });
});

freshImport('reads ports and laptops from a single NDJSON input, here standard input', async () => {
  const { child, ended } = startImport(broker.url, ['-', '--format', 'ndjson']);
  child.stdin?.end(
    '{"id":11,"name":"MagSafe"}\n\n{"id":11,"title":"Apple","model":"A","ports":[11,{"id":1}]}\n' +
      '{"id":"12","title":"Apple","model":"B","ports":"11 1"}',
  );
  const { code, stdout } = await ended;
  assert.is(code, 0);
  assert.match(stdout, /^laptops: 2 added/m);
  assert.match(stdout, /^ports: 1 added/m);
  const events = await readEvents(connection, jsm, 'LAPTOPS');
  const ports = [
    { type: 'PortFitted', portId: 11 },
    { type: 'PortFitted', portId: 1 },
  ];
  assert.equal(events.get('laptops.events.11')?.slice(1), ports);
  assert.equal(events.get('laptops.events.12')?.slice(1), ports);
});

freshImport.run();

const repeatedImport = suite('an import into existing data');

repeatedImport('adds nothing when it is repeated', async () => {
  const before = [await lastPosition('LAPTOPS'), await lastPosition('PORTS')];
  const { code, stdout } = await run(laptopsFile, portsFile);
  assert.is(code, 0);
  assert.match(stdout, /^laptops: 0 added, 2 already there, 0 differ, 0 invalid$/m);
  assert.match(stdout, /^ports: 0 added, 2 already there, 0 differ, 0 invalid$/m);
  assert.equal([await lastPosition('LAPTOPS'), await lastPosition('PORTS')], before);
});

repeatedImport('reports laptops that differ without changing them, and fits missing ports', async () => {
  await publish('laptops.events.21', { type: 'LaptopAdded', title: 'Dell', model: 'XPS' });
  await publish('laptops.events.22', { type: 'LaptopAdded', title: 'Dell', model: 'XPS' });
  await publish('laptops.events.22', { type: 'PortFitted', portId: 1 });
  const file = files.write(
    'differs.csv',
    'ports,model,title,id\n1,XPS 13,Dell,21\n1 2,XPS,Dell,22\n,XPS,Dell,23\n,XPS,Asus,23\n',
  );
  const { code, stdout, stderr } = await run(file);
  assert.is(code, 1);
  assert.is(
    stderr.split('\n').toSorted().join('\n'),
    `\n${file}:2: differs, the laptop is left unchanged: its model is "XPS", not "XPS 13"\n` +
      `${file}:5: differs, the laptop is left unchanged: its title is "Dell", not "Asus"`,
  );
  assert.match(stdout, /^laptops: 1 added, 1 completed, 0 already there, 2 differ, 0 invalid$/m);
  const events = await readEvents(connection, jsm, 'LAPTOPS');
  assert.is(events.get('laptops.events.21')?.length, 1);
  assert.equal(events.get('laptops.events.22')?.slice(1), [
    { type: 'PortFitted', portId: 1 },
    { type: 'PortFitted', portId: 2 },
  ]);
  assert.is(events.get('laptops.events.23')?.length, 1);
});

repeatedImport('adds a removed port again, even right after its removal', async () => {
  await publish('ports.events.2', { type: 'PortRemoved' });
  const { code, stdout } = await run(portsFile);
  assert.is(code, 0);
  assert.match(stdout, /^ports: 1 added, 1 already there/m);
  assert.is((await readEvents(connection, jsm, 'PORTS')).get('ports.events.2')?.length, 3);
});

repeatedImport('reads a long history to its end, including rejected messages', async () => {
  await publish('ports.events.31', { type: 'PortAdded', name: 'A' });
  for (let rename = 0; rename < 20; rename++) {
    await publish('ports.events.31', { type: 'PortRenamed', name: `A${rename}` });
  }
  await publish('ports.events.31', { type: 'PortAdded', name: 'rejected' });
  const { code, stdout } = await run(files.write('long.csv', 'id,name\n31,A19\n'));
  assert.is(code, 0);
  assert.match(stdout, /^ports: 0 added, 1 already there/m);
});

repeatedImport.run();

const failures = suite('an import with errors');

failures('reports invalid rows with their line numbers and imports the others', async () => {
  const file = files.write(
    'wrong.csv',
    '\uFEFFid,title,model,ports\r\n41,Dell,"XPS\r\n13",\r\n,Dell,XPS,\r\n42,,XPS,\r\n\r\n' +
      '43,Dell,XPS,1 x\r\n044,Dell,XPS,\r\n45,Dell,XPS\r\n46,Dell,XPS 15" touch,1\r\n',
  );
  const { code, stdout, stderr } = await run(file);
  assert.is(code, 1);
  assert.equal(stderr.trimEnd().split('\n'), [
    `${file}:2: model: must not contain the control character U+000D at position 4`,
    `${file}:4: id is missing: every row needs an id, so that a repeated import creates no duplicates`,
    `${file}:5: title is missing`,
    `${file}:7: ports: each value must be a port id (1, 2, 3 …)`,
    `${file}:8: id: must be a whole number from 1 to 9007199254740991`,
    `${file}:9: 3 fields, but the header has 4 (quote text that contains the delimiter)`,
  ]);
  assert.match(stdout, /^laptops: 1 added, 0 already there, 0 differ, 6 invalid$/m);
  const events = await readEvents(connection, jsm, 'LAPTOPS');
  assert.is(events.get('laptops.events.41'), undefined);
  assert.equal(events.get('laptops.events.46')?.length, 2);
});

failures('rejects a file with an unknown column and reads the next file', async () => {
  const file = files.write('unknown.csv', 'id,name,colour\n51,USB-A,blue\n');
  const next = files.write('next.csv', 'id,name\n52,USB-A\n');
  const { code, stdout, stderr } = await run(file, next);
  assert.is(code, 1);
  assert.match(stderr, `${file}:1: unknown column "colour": a port has the columns id, name`);
  assert.match(stdout, /^ports: 1 added, 0 already there, 0 differ, 1 invalid$/m);
  assert.not((await readEvents(connection, jsm, 'PORTS')).has('ports.events.51'));
});

failures('shows at most 20 invalid rows of a file, or all with --all-errors or in a dry run', async () => {
  const before = await lastPosition('PORTS');
  const file = files.write('many.csv', `id,name\n1,USB-C\n${'x,wrong\n'.repeat(30)}`);
  const limited = await run(file);
  assert.is(limited.code, 1);
  assert.is(limited.stderr.trimEnd().split('\n').length, 21);
  assert.match(limited.stderr, `${file}: 10 more; --all-errors shows all of them`);
  for (const option of ['--all-errors', '--dry-run'])
    assert.is((await run(option, file)).stderr.trimEnd().split('\n').length, 30);
  assert.is(await lastPosition('PORTS'), before);
});

failures('stores nothing in a dry run, and shows the first rows as they would be stored', async () => {
  const before = await lastPosition('LAPTOPS');
  const { code, stdout } = await run(
    '--dry-run',
    files.write('dry.csv', 'id,title,model,ports\n71,Dell,XPS,1\n'),
  );
  assert.is(code, 0);
  assert.match(stdout, '  2: laptops.events.71 {"type":"LaptopAdded","title":"Dell","model":"XPS"}\n');
  assert.match(stdout, '  2: laptops.events.71 {"type":"PortFitted","portId":1}\n');
  assert.match(stdout, /^laptops: 1 valid, 0 invalid$/m);
  assert.is(await lastPosition('LAPTOPS'), before);
});

failures('exits with 2 for an invalid command line and imports nothing', async () => {
  const before = await lastPosition('PORTS');
  const unknownFormat = files.write('ports.dat', 'id,name\n71,USB-A\n');
  const attempts: [string[], RegExp][] = [
    [[], /no file given/],
    [[portsFile, 'missing.csv'], /missing\.csv: file not found/],
    [[unknownFormat], /--format csv/],
    [['--concurrency', '0', portsFile], /--concurrency must be a whole number/],
    [['--fast', portsFile], /--fast/],
    [['--encoding', 'ansi', portsFile], /--encoding ansi is not known.*windows-1252/],
    [['--map', 'name:Connector', portsFile], /--map must be like title=Company/],
    [['--map', 'nam=Connector', portsFile], /no column "nam"; a laptop has the columns id, title, model/],
  ];
  const ended = await Promise.all(attempts.map(([args]) => run(...args)));
  for (const [index, [, message]] of attempts.entries()) {
    assert.is(ended[index]?.code, 2);
    assert.match(ended[index]?.stderr ?? '', message);
  }
  assert.is(await lastPosition('PORTS'), before);
});

failures('names NATS_URL if the broker is unreachable; a dry run needs no broker', async () => {
  const { code, stderr } = await startImport('nats://127.0.0.1:1', [portsFile]).ended;
  assert.is(code, 1);
  assert.match(stderr, /cannot reach NATS at nats:\/\/127\.0\.0\.1:1 .*NATS_URL/);
  assert.is((await startImport('nats://127.0.0.1:1', ['--dry-run', portsFile]).ended).code, 0);
});

failures('names the command that creates the streams if they do not exist', async () => {
  const bare = await startTestBroker();
  const { code, stderr } = await startImport(bare.url, [portsFile]).ended;
  await bare.close();
  assert.is(code, 1);
  assert.match(stderr, /stream LAPTOPS does not exist; .*npm run provision/);
});

failures.after(async () => {
  await connection.nc.close();
  await broker.close();
  files.close();
});

failures.run();
