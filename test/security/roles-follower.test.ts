/** `portside roles` for three services: one that follows another works with the permissions of its role. */

import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chargerService } from '../../examples/chargers/charger.ts';
import { typescriptArgs } from '../../scripts/typescript-args.ts';
import { roles, startRoleBroker } from '../support/broker/role-broker.ts';
import { runProgram } from '../support/package/kit-package.ts';
import { startLoggedService } from '../support/process/logged-service.ts';
import { runProvision } from '../support/process/provision-process.ts';
import { diagnose } from '../support/scripts/doctor.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const modules = ['src/laptops/laptop.ts', 'src/ports/port.ts', 'examples/chargers/charger.ts'];
const configuration = runProgram(
  process.execPath,
  [...typescriptArgs, 'src/kit/cli/portside.ts', 'roles', ...modules],
  root,
);
const broker = await startRoleBroker([...roles, 'chargers'], configuration);
const provisioned = await runProvision(broker.environmentOf('provisioner'), [
  'streams',
  'examples/chargers/streams',
]);
assert.is(provisioned.code, 0, provisioned.stderr);
const start = (name: 'ports' | 'chargers', entry?: URL) =>
  startLoggedService(name, {
    natsUrl: broker.url,
    env: { ...broker.environmentOf(name), SNAPSHOT_EVERY: '1' },
    ...(entry && { entry }),
  });
const ports = await start('ports');
const chargers = await start('chargers', new URL('../../examples/chargers/main.ts', import.meta.url));
const publisher = await broker.connectAs('publisher');

const follower = suite('with the role of a service that follows another one');

follower('it executes commands, reads the followed stream, and stores snapshots of both', async () => {
  const { nc } = publisher.connection;
  const request = async (subject: string, payload: string) =>
    (await nc.request(subject, payload, { timeout: 20_000 })).json<{ charger?: unknown }>();
  await request('ports.commands.add', '{"id":1,"name":"USB-C"}');
  const { charger } = await request('chargers.commands.add', '{"id":1,"watts":65,"portId":1}');
  assert.equal(charger, { id: 1, watts: 65, port: { id: 1, name: 'USB-C' } });
  for (const stream of ['CHARGERS', 'PORTS']) await chargers.awaitLog('snapshot finished', stream);
  assert.equal(chargers.logged('NATS server reported an error'), []);
});
follower('the doctor reports no problem to the operator', async () => {
  const monitor = 'http://127.0.0.1:1';
  const { complaints } = await diagnose(
    { ...broker.environmentOf('operator'), NATS_MONITOR_URL: monitor, SNAPSHOT_EVERY: '1000' },
    [chargerService],
  );
  // This server has no monitoring endpoint.
  assert.equal(complaints, [`warning sync ${monitor}`]);
});
follower.after(async () => {
  await Promise.all([ports.stop(), chargers.stop()]);
  await publisher.connection.nc.close();
  await broker.close();
});
follower.run();
