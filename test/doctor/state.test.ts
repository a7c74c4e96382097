/** `npm run doctor` compares the states of the replicas at one position. */

import { Objm } from '@nats-io/obj';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { laptopContract } from '#contracts/laptops';
import { createView } from '../../src/kit/eventlog/view/view.ts';
import { digestEndpoint, type DigestSource } from '../../src/kit/nats/services/digest-endpoint.ts';
import { snapshotBucket } from '../../src/kit/nats/snapshots/snapshots.ts';
import { eventually } from '../support/eventually.ts';
import { diagnose, runDoctor } from '../support/scripts/doctor.ts';
import { fakeReplica, startDoctorSystem } from '../support/scripts/doctor-system.ts';

const { env, nc, start, announce, publish, close } = await startDoctorSystem();
const addLaptop = (id: number) =>
  publish(`laptops.events.${id}`, '{"type":"LaptopAdded","title":"Lenovo","model":"S3"}');

/** Waits until a snapshot of laptops exists at `position`. */
async function awaitSnapshot(position: number): Promise<void> {
  await eventually(async () =>
    assert.match((await diagnose(env)).textOf('snapshots laptops'), `latest at ${position},`),
  );
}

const state = suite('the state of the replicas');

state('agrees between a replica that replayed the stream and one that started from a snapshot', async () => {
  await addLaptop(1);
  await addLaptop(2);
  await publish('laptops.events.2', '{"type":"LaptopRemoved"}');
  await publish('laptops.events.1', '{"type":"LaptopMelted"}');
  await publish('ports.events.1', '{"type":"PortAdded","name":"USB-C"}');
  await awaitSnapshot(4);
  await start('laptops');
  const { complaints, textOf } = await diagnose(env);
  assert.equal(complaints, ['warning rejections laptops']);
  assert.match(textOf('state laptops'), /^ok: 2 replicas agree at 4, digest [0-9a-f]{16}$/);
  assert.match(textOf('state laptops PORTS'), /^ok: 2 replicas agree at 1, digest [0-9a-f]{16}$/);
  assert.match(textOf('state ports LAPTOPS'), /^ok: 1 replica at 4, digest/);
});

state('is compared while messages arrive', async () => {
  const writing = new AbortController();
  let written = 0;
  const writer = (async () => {
    while (!writing.signal.aborted) written = await publish('laptops.events.3', '{"type":"LaptopMelted"}');
  })();
  await eventually(() => assert.ok(written > 20));
  const before = written;
  const { textOf } = await diagnose(env);
  assert.ok(written > before);
  writing.abort();
  await writer;
  assert.match(textOf('state laptops'), /^ok: 2 replicas agree at \d+, digest [0-9a-f]{16}$/);
});

state('is not compared with that of a replica that runs other code', async () => {
  const { position } = (await nc.request('laptops.status')).json<{ position: number }>();
  const view = createView(laptopContract.fold);
  view.skipTo(position);
  // The endpoint folds nothing, so the types of states and events do not matter to it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const source = { stream: 'LAPTOPS', view, initial: undefined } as unknown as DigestSource;
  const status = () => ({ position, entities: 0, rejected: 0 });
  const stop = await announce('laptops', status, [digestEndpoint(fakeReplica, 'other code', [source])]);
  const { textOf } = await diagnose(env);
  await stop();
  assert.match(
    textOf('state laptops'),
    /^warning: not all compared: the replicas run different code.*other-1 at [\d,]+: digest/s,
  );
});

state('is a failure that names the replicas and their digests if it differs', async () => {
  const position = await addLaptop(4);
  await awaitSnapshot(position);
  await tamperWithSnapshot(position);
  await start('laptops');
  const { code, stdout } = await runDoctor(env);
  assert.is(code, 1);
  const [finding = ''] = stdout.match(/^✗ state laptops(?: {2,}|\n)[^]*?(?=^[✓!✗])/m) ?? [];
  assert.match(finding, 'replicas diverge');
  const digests = [...finding.matchAll(/ \S+-\d+ at ([\d,]+): digest ([0-9a-f]{16}), fold/g)];
  assert.is(digests.length, 3);
  assert.is(new Set(digests.map(([, at]) => at)).size, 1);
  assert.is(new Set(digests.map(([, , digest]) => digest)).size, 2);
  assert.match(finding, /→ .*nats object del laptops-snapshots/s);
  // The other streams of the services still agree.
  assert.match(stdout, /^✓ state laptops PORTS +3 replicas agree at 1,/m);
});

/** Changes the title of a laptop in the snapshot. Its digest matches, as if a replica had written it. */
async function tamperWithSnapshot(position: number): Promise<void> {
  const bucket = await new Objm(nc).open(snapshotBucket('laptops'));
  const found = (await bucket.list()).find(
    ({ name, size, metadata }) =>
      name.startsWith('LAPTOPS.') && size > 0 && metadata?.['position'] === String(position),
  );
  if (found === undefined) throw new Error(`no snapshot at ${position}`);
  const { name, metadata = {} } = found;
  const text = new TextDecoder().decode((await bucket.getBlob(name)) ?? undefined);
  const changed = text.replace('"title":"Lenovo"', '"title":"Other"');
  assert.is.not(changed, text);
  await bucket.putBlob({ name, metadata }, new TextEncoder().encode(changed));
}

state.after(close);
state.run();
