/** `npm run doctor` reports snapshots that are missing or not usable. */

import { Objm } from '@nats-io/obj';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { snapshotBucket } from '../../src/kit/nats/snapshots/snapshots.ts';
import { eventually } from '../support/eventually.ts';
import { diagnose } from '../support/scripts/doctor.ts';
import { startDoctorSystem } from '../support/scripts/doctor-system.ts';

const { env, nc, jsm, ports, publish, close } = await startDoctorSystem();
const portCount = 3;

for (let id = 1; id <= portCount; id += 1)
  await publish(`ports.events.${id}`, '{"type":"PortAdded","name":"A"}');
await eventually(async () =>
  assert.match((await diagnose(env)).textOf('snapshots ports'), `ok: latest at ${portCount}, `),
);
// A running replica would replace the snapshots that the tests write.
await ports.stop();

const snapshots = suite('snapshots');

snapshots('a truncated snapshot is a warning, and so is one ahead of the stream', async () => {
  const bucket = await new Objm(nc).open(snapshotBucket('ports'));
  const objects = (await bucket.list()).toSorted(
    (a, b) => Number(b.metadata?.['position']) - Number(a.metadata?.['position']),
  );
  const latest = objects.find(({ size }) => size > 0);
  if (latest === undefined) throw new Error('no snapshot was written');
  const { name, metadata = {} } = latest;

  await bucket.putBlob({ name, metadata }, new TextEncoder().encode('{"entries":[]}\n'));
  assert.match(
    (await diagnose(env)).textOf('snapshots ports'),
    /warning: .*\n +not usable: snapshot at position \d+: .*incomplete or corrupt/,
  );

  await bucket.putBlob({ name, metadata: { ...metadata, position: '999' } }, new Uint8Array());
  const { complaints, textOf } = await diagnose(env);
  assert.ok(complaints.includes('warning snapshots ports'));
  assert.match(textOf('snapshots ports'), `position 999: ahead of the stream, which ends at ${portCount}`);
});

snapshots(
  'a missing snapshot is a warning only if the stream has more than SNAPSHOT_EVERY messages',
  async () => {
    const bucket = await new Objm(nc).open(snapshotBucket('ports'));
    for (const { name } of await bucket.list()) await bucket.delete(name);
    const [usual, strict] = await Promise.all([
      diagnose(env),
      diagnose({ ...env, SNAPSHOT_EVERY: String(portCount - 1) }),
    ]);
    assert.match(
      usual.textOf('snapshots ports'),
      `ok: no snapshot of this version yet; a starting replica reads ${portCount} messages`,
    );
    assert.match(
      strict.textOf('snapshots ports'),
      /^warning: no snapshot of this version yet; .*check their logs/,
    );
  },
);

snapshots('a missing bucket is a warning', async () => {
  await jsm.streams.delete(`OBJ_${snapshotBucket('ports')}`);
  const { textOf } = await diagnose(env);
  assert.match(
    textOf('snapshots ports'),
    /^warning: bucket ports-snapshots does not exist.* → npm run provision/,
  );
});

snapshots.after(close);
snapshots.run();
