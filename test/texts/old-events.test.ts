/** Events that were stored before texts were checked are folded as they were; later ones are rejected, by all replicas alike. */

import { fileURLToPath } from 'node:url';
import { createClient } from '@portside/kit/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { requestDigests } from '../../src/kit/nats/services/digest-endpoint.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { assertProblem } from '../support/http/http.ts';
import { startLoggedService } from '../support/process/logged-service.ts';
import { noticeService } from '../support/services/notices/notices.ts';
import { diagnose } from '../support/scripts/doctor.ts';

const folder = new URL('../support/services/notices/', import.meta.url);
const broker = await startTestBroker({ monitorPort: 0 });
const { connection, jsm } = await connectForTest(broker);
const { nc } = connection;
await provisionStreams(nc, fileURLToPath(new URL('streams', folder)));

const badTitle = 'a\0b\u202e';
const publish = async (id: number, title: string) => {
  const payload = JSON.stringify({ type: 'NoticePosted', title });
  return (await nc.request(`notices.events.${id}`, payload)).json<{ seq: number }>().seq;
};
const old = await publish(1, badTitle);
const { time } = (await jsm.streams.getMessage('NOTICES', { seq: old })) ?? { time: new Date(NaN) };
const textsCheckedSince = new Date(time.getTime() + 1).toISOString();

const start = () =>
  startLoggedService('notices', {
    natsUrl: broker.url,
    entry: new URL('main.ts', folder),
    env: { SNAPSHOT_EVERY: '1', TEXTS_CHECKED_SINCE: textsCheckedSince },
  });
const replicas = [await start(), await start()];
const [first, second] = replicas;
assert.ok(first && second);
const Rejections = z.array(z.object({ position: z.int(), reason: z.string() }));

const fold = suite('the fold');

fold('accepts an old event, and rejects the same text in an event that is stored later', async () => {
  const position = await publish(2, badTitle);
  for (const replica of replicas) {
    const headers = { 'Wait-For-Position': String(position) };
    assert.equal((await replica.get('/notices', { headers })).body, [{ id: 1, title: badTitle }]);
    assert.equal(Rejections.parse((await replica.get('/notices/rejections')).body), [
      {
        position,
        reason: 'NoticePosted: title: must not contain the control character U+0000 at position 2',
      },
    ]);
  }
});
fold('gives a replica that starts from a snapshot, or reads the whole stream, the same state', async () => {
  const replica = await start();
  replicas.push(replica);
  assert.equal((await replica.get('/notices')).body, [{ id: 1, title: badTitle }]);
  const digests = await requestDigests(nc, 'notices', 3, { position: 2 });
  assert.is(digests.length, 3);
  assert.is(new Set(digests.map(({ digest, foldVersion }) => `${foldVersion} ${digest}`)).size, 1);
  await eventually(async () => {
    const { textOf } = await diagnose({ NATS_URL: broker.url, NATS_MONITOR_URL: broker.monitorUrl ?? '' }, [
      noticeService,
    ]);
    assert.match(textOf('state notices'), /^ok: 3 replicas agree at 2, digest/);
  });
});
fold('applies to a point in time and to the history of an entity', async () => {
  assert.equal((await first.get('/notices?asOf=2')).body, [{ id: 1, title: badTitle }]);
  assert.equal((await first.get('/notices/1?asOf=2')).body, { id: 1, title: badTitle });
  const { body } = await second.get('/notices/1/events');
  assert.is(JSON.stringify(body).includes('rejected'), false);
});

const reading = suite('an old text');

reading('is returned by the typed client and by queries, and can be removed', async () => {
  const client = createClient(first.url, noticeService);
  assert.equal((await client.get(1)).document, { id: 1, title: badTitle });
  assert.equal((await client.titles()).result, [badTitle]);
  assertProblem(await first.post('/notices', { json: { id: 3, title: badTitle } }), 'invalid');
  await client.tearOff(1);
  assert.equal((await first.get('/notices')).body, []);
});
reading.after(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await nc.close();
  await broker.close();
});

fold.run();
reading.run();
