import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestBroker } from '../support/broker/broker.ts';
import { runProvision } from '../support/process/provision-process.ts';
import { findStream, findStreams } from '../../src/kit/doctor/streams.ts';
import type { Service } from '../../src/kit/domain/service/service.ts';
import { provisionService } from '../../src/kit/launch/provision-service.ts';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { compareStream, describeDifference } from '../../src/kit/nats/provisioning/compare-stream.ts';
import {
  provisionStream,
  provisionStreams,
  readStreamDefinition,
  type StreamDefinition,
} from '../../src/kit/nats/provisioning/provisioning.ts';
import { createLogger } from '../../src/kit/runtime/observability/logger.ts';
import { awaitStream } from '../../src/kit/runtime/stream/boot.ts';
import { portService } from '../../src/ports/port.ts';
import { typescriptArgs } from '../../scripts/typescript-args.ts';

const streamsFolder = new URL('../../streams/', import.meta.url);
const broker = await startTestBroker();
const { nc } = await connectToNats({ url: broker.url, name: 'test' });
const jsm = await jetstreamManager(nc);
const shipped = await readStreamDefinition(new URL('laptops.json', streamsFolder), 'laptops');

let streamCount = 0;

/** Creates a stream with one message, configured like the shipped laptops.json with `changes` applied. */
async function createStream(changes: Partial<StreamDefinition> = {}): Promise<StreamDefinition> {
  streamCount += 1;
  const name = `CREATED_${streamCount}`;
  const wanted = { ...shipped, name, subjects: [`created_${streamCount}.events.*`], ...changes };
  assert.equal(await provisionStream(jsm, wanted), { outcome: 'created' });
  await jetstream(nc).publish(`created_${streamCount}.events.1`, 'kept');
  return wanted;
}

/** Reads the state that a rejected change must not affect. */
async function readState(name: string) {
  const { config, created, state } = await jsm.streams.info(name);
  return { config, created, messages: state.messages };
}

const missingStream = suite('provisioning a missing stream');

for (const service of ['laptops', 'ports']) {
  missingStream(`creates the stream of ${service} exactly as defined`, async () => {
    const wanted = await readStreamDefinition(new URL(`${service}.json`, streamsFolder), service);
    assert.is(await compareStream(jsm, wanted), undefined);
    assert.equal(await provisionStream(jsm, wanted), { outcome: 'created' });
    assert.equal(await compareStream(jsm, wanted), []);
  });
}
missingStream('leaves the stream and its messages unchanged when repeated', async () => {
  const wanted = await createStream();
  const before = await readState(wanted.name);
  assert.equal(await provisionStream(jsm, wanted), { outcome: 'unchanged' });
  assert.equal(await readState(wanted.name), before);
  assert.is(before.messages, 1);
});
missingStream('names the stream that has some of the subjects already', async () => {
  const { subjects } = await createStream();
  const failure = await provisionStream(jsm, { ...shipped, name: 'OTHER', subjects }).then(() => '', String);
  assert.match(
    failure,
    `stream OTHER cannot have the subjects ${subjects.join()}, because the stream CREATED_${streamCount} has some of them`,
  );
});
missingStream('rejects a file that is not a stream definition', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portside-streams-'));
  const file = join(folder, 'wrong.json');
  for (const content of ['{"name":"X"}', '{"name":1,"subjects":[]}', '[]', 'null', '{"subjects":["x"]}']) {
    await writeFile(file, content);
    const failure = await readStreamDefinition(file, 'wrong').then(() => 'accepted', String);
    assert.match(failure, /wrong\.json does not define a stream with a name and subjects/, content);
  }
  await rm(folder, { recursive: true });
});
missingStream('rejects a stream without the subjects of the service, also one that is followed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portside-streams-'));
  const file = join(folder, 'things.json');
  await writeFile(file, JSON.stringify({ name: 'THINGS', subjects: ['other.events.*'] }));
  const reason =
    /things\.json defines a stream with the subjects other\.events\.\*, but the events of things have the subjects things\.events\.\*$/;
  assert.match(await provisionStreams(nc, folder).then(() => 'accepted', String), reason);
  const things = { ...portService.contract, name: 'things', streamFile: pathToFileURL(file) };
  const owner: Service = { ...portService, contract: things };
  const follower: Service = { ...portService, follows: { things } };
  for (const service of [owner, follower]) {
    assert.match(await findStreams(jsm, [service]).then(() => 'accepted', String), reason);
    const provisioned = provisionService(service, { NATS_URL: broker.url }, 'create');
    assert.match(await provisioned.then(() => 'accepted', String), reason);
  }
  const opened = awaitStream(jsm, things, 'owner', createLogger('things', 'error'), () => undefined);
  assert.match(await opened.then(() => 'accepted', String), reason);
  assert.is(await findStream(jsm, 'THINGS'), undefined);
  await rm(folder, { recursive: true });
});
missingStream('accepts a stream with further subjects', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portside-streams-'));
  const file = join(folder, 'things.json');
  const read = async (subject: string) => {
    await writeFile(file, JSON.stringify({ name: 'THINGS', subjects: ['other', subject] }));
    return readStreamDefinition(file, 'things').then(
      () => 'accepted',
      () => 'rejected',
    );
  };
  for (const subject of ['things.events.*', 'things.events.>', 'things.>', '*.events.*', '>'])
    assert.is(await read(subject), 'accepted', subject);
  for (const subject of ['things.events', 'things.events.*.>', 'things.*', 'thing.>', 'things.events.1'])
    assert.is(await read(subject), 'rejected', subject);
  await rm(folder, { recursive: true });
});
missingStream.run();

const hour = 3_600_000_000_000;
const safeDifferences = suite('provisioning a stream with safe differences');

for (const [field, actual, wanted] of [
  ['description', 'old text', 'new text'],
  ['duplicate_window', hour / 60, hour / 30],
  ['max_age', hour, 2 * hour],
  ['max_age', hour, 0],
  ['max_bytes', 1_000_000, -1],
  ['max_msgs', 10, 20],
  ['max_msgs_per_subject', 10, -1],
  ['max_msg_size', 1024, 65_536],
  ['max_consumers', 5, -1],
  ['allow_direct', false, true],
  ['allow_atomic', false, true],
  ['deny_delete', false, true],
  ['deny_purge', false, true],
] as const) {
  safeDifferences(`changes ${field} from ${String(actual)} to ${String(wanted)}`, async () => {
    const present = await createStream({ [field]: actual });
    const result = await provisionStream(jsm, { ...present, [field]: wanted });
    assert.is(result.outcome, 'updated');
    const differences = 'differences' in result ? result.differences : [];
    assert.equal(
      differences.map(({ field: name, wanted: value, safe }) => [name, value, safe]),
      [[field, wanted, true]],
    );
    assert.equal(await compareStream(jsm, { ...present, [field]: wanted }), []);
    assert.is((await readState(present.name)).messages, 1);
  });
}
safeDifferences('changes several fields at once, and nothing when repeated', async () => {
  const present = await createStream({ max_age: hour, description: 'old text' });
  const wanted = { ...present, max_age: 0, description: 'new text' };
  assert.is((await provisionStream(jsm, wanted)).outcome, 'updated');
  assert.equal(await provisionStream(jsm, wanted), { outcome: 'unchanged' });
});
safeDifferences.run();

const unsafeDifferences = suite('provisioning a stream with unsafe differences');

for (const [field, actual, wanted] of [
  ['subjects', undefined, ['other.events.*']],
  ['storage', 'file', 'memory'],
  ['retention', 'limits', 'interest'],
  ['discard', 'new', 'old'],
  ['max_age', 0, hour],
  ['max_age', 2 * hour, hour],
  ['max_msgs', -1, 10],
  ['max_msgs_per_subject', 10, 5],
  ['max_msg_size', 65_536, 1024],
  ['max_bytes', -1, 1_000_000],
  ['duplicate_window', 2 * hour, hour],
  ['num_replicas', 1, 0],
  ['deny_delete', true, false],
  ['deny_purge', true, false],
  ['allow_rollup_hdrs', false, true],
  ['allow_atomic', true, false],
] as const) {
  unsafeDifferences(`does not change ${field} from ${String(actual)} to ${String(wanted)}`, async () => {
    const present = await createStream(actual === undefined ? {} : { [field]: actual });
    const before = await readState(present.name);
    const result = await provisionStream(jsm, { ...present, [field]: wanted });
    assert.is(result.outcome, 'rejected');
    const differences = 'differences' in result ? result.differences : [];
    assert.equal(
      differences.map(({ field: name, safe }) => [name, safe]),
      [[field, false]],
    );
    assert.equal(await readState(present.name), before);
  });
}
unsafeDifferences('changes nothing if one of several differences is unsafe', async () => {
  const present = await createStream();
  const before = await readState(present.name);
  const wanted = { ...present, description: 'new text', discard: 'old' } as StreamDefinition;
  const result = await provisionStream(jsm, wanted);
  assert.is(result.outcome, 'rejected');
  const differences = 'differences' in result ? result.differences : [];
  assert.equal(
    differences.map(({ field, safe }) => [field, safe]),
    [
      ['description', true],
      ['discard', false],
    ],
  );
  assert.equal(await readState(present.name), before);
});
unsafeDifferences('describes a difference in one line', () => {
  const difference = { field: 'max_age', actual: 0, wanted: hour, safe: false };
  assert.is(describeDifference(difference), `max_age is 0, wanted ${hour}`);
  const dangerous = { ...difference, endangers: 'events are deleted' };
  assert.is(describeDifference(dangerous), `max_age is 0, wanted ${hour} (events are deleted)`);
  const absent = { field: 'allow_direct', actual: undefined, wanted: true, safe: true };
  assert.is(describeDifference(absent), 'allow_direct is unset, wanted true');
});
unsafeDifferences.run();

const folderProvisioning = suite('provisioning a folder of stream definitions');

async function runProvisioner(): Promise<{ code: number | null; output: string }> {
  const child = spawn(
    process.execPath,
    [
      ...typescriptArgs,
      fileURLToPath(new URL('../../src/kit/cli/portside.ts', import.meta.url)),
      'provision',
    ],
    { env: { ...process.env, NATS_URL: broker.url }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { output: await text(child.stdout), code: await exited };
}

folderProvisioning(
  'creates every stream and its snapshot bucket, and changes nothing when repeated',
  async () => {
    const names = ['LAPTOPS', 'PORTS'];
    for (let round = 0; round < 2; round++) {
      const provisioned = await provisionStreams(nc, fileURLToPath(streamsFolder));
      assert.equal(
        provisioned.map(({ name, result }) => ({ name, result })),
        names.map((name) => ({ name, result: { outcome: 'unchanged' } })),
      );
    }
    for (const bucket of ['laptops', 'ports'])
      assert.is((await jsm.streams.info(`OBJ_${bucket}-snapshots`)).config.storage, 'file');
  },
);
folderProvisioning('prints each outcome and exits with 0 when run as a process', async () =>
  assert.equal(await runProvisioner(), { code: 0, output: 'LAPTOPS: unchanged\nPORTS: unchanged\n' }),
);
folderProvisioning('prints unsafe differences and exits with 1 when run as a process', async () => {
  await jsm.streams.update('PORTS', { discard: 'old', description: 'x' });
  const before = await readState('PORTS');
  const { code, output } = await runProvisioner();
  assert.is(code, 1);
  assert.match(output, /^LAPTOPS: unchanged\nPORTS: rejected\n/);
  assert.match(
    output,
    /discard is "old", wanted "new" \(at a limit, .*\) \(unsafe: applying it could lose data/,
  );
  assert.match(output, /description is "x", wanted "Every change/);
  assert.equal(await readState('PORTS'), before);
});
folderProvisioning('names a folder or a file that cannot be read, and exits with 1', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'provision-'));
  const run = async (...folders: string[]) => {
    const { code, stderr } = await runProvision({ NATS_URL: broker.url }, folders);
    assert.is(code, 1);
    return stderr;
  };
  assert.is(
    await run(folder),
    `portside provision: the folder ${folder} contains no stream definitions (*.json)\n`,
  );
  const missing = join(folder, 'missing');
  assert.is(await run(missing), `portside provision: cannot read the folder ${missing}: it does not exist\n`);
  await writeFile(join(folder, 'broken.json'), '{');
  const stderr = await run(folder);
  assert.ok(stderr.startsWith(`portside provision: ${join(folder, 'broken.json')} is not JSON: `), stderr);
  await rm(folder, { recursive: true });
});
folderProvisioning.after(async () => {
  await nc.close();
  await broker.close();
});
folderProvisioning.run();
