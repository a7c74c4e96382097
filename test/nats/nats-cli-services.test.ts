/** Creates the streams and inspects the services with the real CLI. */

import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestBroker } from '../support/broker/broker.ts';
import { createHttpClient } from '../support/http/http.ts';
import { openNatsCli } from '../support/broker/nats-cli.ts';
import { startServiceProcess, type ServiceProcess } from '../support/process/service-process.ts';

// This broker has no streams. The CLI creates them.
const broker = await startTestBroker();
const nats = await openNatsCli(broker.url);
const streams = fileURLToPath(new URL('../../streams', import.meta.url));
const replicas: ServiceProcess[] = [];

const test = suite('nats stream add and nats micro');
const it = nats.isInstalled ? test : test.skip;

it('stream add --config creates the streams on an empty server, and the services start on them', async () => {
  for (const service of ['laptops', 'ports']) {
    const { code, stdout } = await nats.run(`nats stream add --config '${streams}/${service}.json'`);
    assert.is(code, 0);
    assert.match(stdout, `Stream ${service.toUpperCase()} was created`);
  }
  replicas.push(
    ...(await Promise.all(
      ['laptops', 'laptops', 'laptops', 'ports'].map((name) =>
        startServiceProcess(name, { natsUrl: broker.url }),
      ),
    )),
  );
  const [first] = replicas;
  const added = await createHttpClient(first?.url ?? '').post('/laptops', {
    json: { id: 1, title: 'a', model: 'b' },
  });
  assert.is(added.status, 201);
  assert.match((await nats.run('nats stream info LAPTOPS')).stdout, /Messages: 1$/m);
});

it('micro ls lists every replica of both services', async () => {
  const { stdout } = await nats.run('nats micro ls');
  assert.match(stdout, 'The laptops service of Portside.');
  assert.match(stdout, 'The ports service of Portside.');
  // Only the first line of each service contains its name.
  const ids = Array.from(stdout.matchAll(/^│[^│]*│[^│]*│ (\w{22}) │/gm), ([, id]) => id);
  assert.is(new Set(ids).size, 4);
});

it('micro ping reaches every replica', async () => {
  const { stdout, stderr } = await nats.run('nats micro ping laptops');
  const ids = Array.from(`${stdout}${stderr}`.matchAll(/^laptops +(\w{22}) +rtt=/gm), ([, id]) => id);
  assert.is(new Set(ids).size, 3);
});

it('micro info prints the version and every endpoint with its request and response schemas', async () => {
  const { stdout } = await nats.run('nats micro info laptops');
  assert.match(stdout, /Version: \d+\.\d+\.\d+/);
  for (const endpoint of [
    'commands.add',
    'commands.revise',
    'commands.remove',
    'queries.get',
    'queries.list',
  ]) {
    assert.match(stdout, `Subject: laptops.${endpoint}\n`);
  }
  const { stdout: json } = await nats.run('nats micro info laptops --json');
  assert.match(json, String.raw`\"required\":[\"title\",\"model\"]`);
});

it('micro stats counts the requests of each replica', async () => {
  for (let id = 100; id < 130; id++) {
    await nats.run(`nats req laptops.commands.add '{"id":${id},"title":"a","model":"b"}'`);
  }
  const { stdout } = await nats.run('nats micro stats laptops');
  const counts = Array.from(stdout.matchAll(/│ commands-add +│ (\d+) /g), ([, count]) => Number(count));
  assert.is(counts.length, 3);
  assert.is(
    counts.reduce((sum, count) => sum + count, 0),
    30,
  );
});

it('micro stats counts error replies, and --json contains the last error', async () => {
  await nats.run(`nats req laptops.queries.get '{"id":999}'`);
  await nats.run(`nats req laptops.queries.get '{"id":1}'`);
  const { stdout } = await nats.run('nats micro stats laptops');
  const rows = Array.from(
    stdout.matchAll(/│ queries-get +│ (\d+) +│ q +│ (\d+) /g),
    ([, requests, errors]) => [Number(requests), Number(errors)] as const,
  );
  assert.is(rows.length, 3);
  assert.is(
    rows.reduce((sum, [requests]) => sum + requests, 0),
    2,
  );
  assert.is(
    rows.reduce((sum, [, errors]) => sum + errors, 0),
    1,
  );
  const { stdout: json } = await nats.run('nats micro stats laptops --json');
  assert.is(json.match(/"last_error": *"404: There is no laptop 999\.?"/g)?.length, 1, json);
});

it('micro stats counts requests that are not understood', async () => {
  await nats.run(`nats req laptops.commands.revise '{"id":1}'`);
  await nats.run(`nats req laptops.commands.revise '{"id":'`);
  await nats.run(`nats req laptops.commands.revise ''`);
  await nats.run(`nats req laptops.commands.revise -H Nats-Expected-Last-Subject-Sequence:x '{}'`);
  const { stdout } = await nats.run('nats micro stats laptops');
  const errors = Array.from(stdout.matchAll(/│ commands-revise +│ \d+ +│ q +│ (\d+) /g), ([, count]) =>
    Number(count),
  );
  assert.is(
    errors.reduce((sum, count) => sum + count, 0),
    4,
  );
});

it('a request that is not understood names the fields of the endpoint, and the command that prints its schema', async () => {
  for (const [payload, status] of [
    ['{"title":', 400],
    ['title=Lenovo', 400],
    ['', 422],
    ['[]', 422],
    ['"Lenovo"', 422],
    ['null', 422],
    ['{"title":"Lenovo"}', 422],
  ] as const) {
    const { stderr, stdout } = await nats.run(`nats req laptops.commands.add '${payload}'`);
    const accepted =
      'laptops.commands.add accepts a JSON object with "title" and "model", and optionally with "id".';
    assert.match(stderr, `Nats-Service-Error-Code: ${status}`, payload);
    assert.ok(stderr.includes(accepted), stderr);
    assert.match(String(JSON.parse(stdout).detail), accepted);
  }
  const { stdout } = await nats.run(`nats req --raw laptops.commands.add x`);
  const [command = '', endpoint = ''] =
    /`request` of the endpoint (\S+) in: (nats micro info .*)$/
      .exec(String(JSON.parse(stdout).detail))
      ?.toReversed() ?? [];
  assert.is(endpoint, 'commands-add');
  const info = await nats.run(command);
  assert.match(info.stdout, '"name": "commands-add"');
});

it('the responses match the JSON schemas of the CLI', async () => {
  for (const verb of ['PING', 'INFO', 'STATS']) {
    const schema = `io.nats.micro.v1.${verb.toLowerCase()}_response`;
    // The CLI exits with 0 even if the document is invalid.
    const validate = `nats schema validate ${schema} /dev/stdin`;
    const valid = await nats.run(`nats req --raw '$SRV.${verb}.ports' '' | ${validate}`);
    assert.match(valid.stdout, `validates against ${schema}`);
    const withoutId = await nats.run(
      `nats req --raw '$SRV.${verb}.ports' '' | sed 's/"id":"[^"]*",//' | ${validate}`,
    );
    assert.match(withoutId.stdout, "missing properties: 'id'");
  }
});

test.after(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await broker.close();
});
test.run();
