/** `GET /laptops/doctor`: what a replica finds when it examines its system. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Examination } from '../../src/kit/api/responses/examination.ts';
import { assertProblem } from '../support/http/http.ts';
import { eventually } from '../support/eventually.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const laptops = await system.start('laptops');

const examination = suite('the examination of a replica');

examination('reports each problem with what to do, and is reused for some seconds', async () => {
  const { jsm } = system;
  await publishAll(system.connection.nc, [laptopAdded(1), laptopAdded(1)]);
  const { config } = await jsm.streams.info('LAPTOPS');
  await jsm.streams.update('LAPTOPS', { ...config, duplicate_window: 60e9 });
  await eventually(async () => {
    const rejections = await laptops.get('/laptops/rejections');
    assert.is(rejections.headers.get('Stream-Position'), '2');
  });
  const first = await laptops.get('/laptops/doctor');
  assert.is(first.headers.get('Cache-Control'), 'no-store');
  const { findings, examinedAt } = Examination.parse(first.body);
  const find = (name: string) => findings.find((finding) => finding.name === name);
  const rejections = find('rejections laptops');
  assert.is(rejections?.verdict, 'warning');
  assert.match(rejections?.remedy ?? '', 'GET /laptops/rejections');
  assert.match(find('stream LAPTOPS')?.detail ?? '', /duplicate_window/);
  assert.is(find('replicas laptops')?.verdict, 'ok');
  assert.is(find('replicas laptops')?.remedy, null);

  const again = await laptops.get('/laptops/doctor');
  assert.is(Examination.parse(again.body).examinedAt, examinedAt);
});
examination('is unavailable while the broker is unreachable', async () => {
  await system.broker.kill();
  await eventually(async () =>
    assertProblem(await laptops.get('/laptops/doctor'), 'unavailable', /unreachable/),
  );
});
examination.after(system.close);
examination.run();
