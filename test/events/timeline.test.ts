/** `GET /laptops/events/timeline`: the messages of the stream over time. */

import { jetstream } from '@nats-io/jetstream';
import { headers } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EventTimeline, ServiceStatus } from '../../src/kit/api/responses/documents.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { eventually } from '../support/eventually.ts';
import { positionOf, type HttpClient } from '../support/http/http.ts';
import { startLoggedService } from '../support/process/logged-service.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const { nc } = system.connection;
const env = { SNAPSHOT_EVERY: '1' };
const [laptops, second] = await Promise.all([
  system.start('laptops', { env }),
  system.start('laptops', { env: { SNAPSHOT_EVERY: '100000' } }),
]);

/** Reads the timeline of a replica once it has applied all events that are stored. */
async function readTimeline({ get }: Pick<HttpClient, 'get'>): Promise<EventTimeline> {
  const response = await get('/laptops/events/timeline', { headers: { 'Wait-For-Position': 'latest' } });
  assert.is(response.status, 200);
  assert.is(response.headers.get('Cache-Control'), 'no-store');
  const timeline = EventTimeline.parse(response.body);
  assert.is(response.headers.get('Stream-Position'), String(timeline.position));
  return timeline;
}

/** Publishes an event as another version of the service would. */
async function publishAs(version: string, id: number): Promise<number> {
  const { subject, payload } = laptopAdded(id);
  const fields = headers();
  fields.set('Portside-Version', version);
  return (await jetstream(nc).publish(subject, payload, { headers: fields })).seq;
}

const count = (buckets: EventTimeline['buckets'], of: 'messages' | 'rejected') =>
  buckets.reduce((total, bucket) => total + bucket[of], 0);
const startsOf = ({ versions }: EventTimeline) =>
  versions.map(({ version, position }) => ({ version, position }));

const timeline = suite('the timeline of events');

timeline('is empty before the first event', async () => {
  assert.equal(await readTimeline(laptops), { position: 0, bucketMs: 1, buckets: [], versions: [] });
});
timeline('counts all messages and the rejected ones, by the time of the broker', async () => {
  await publishAll(nc, [laptopAdded(1), laptopAdded(2), laptopAdded(1, 'again', 'no')]);
  const { position, buckets, bucketMs } = await readTimeline(laptops);
  assert.is(position, 3);
  assert.is(count(buckets, 'messages'), 3);
  assert.is(count(buckets, 'rejected'), 1);
  for (const [index, { time, position: first, messages }] of buckets.entries()) {
    const stored = await system.jsm.streams.getMessage('LAPTOPS', { seq: first });
    const delay = (stored?.time.getTime() ?? 0) - Date.parse(time);
    assert.ok(delay >= 0 && delay < bucketMs, `${delay} ms after the begin`);
    assert.is(buckets[index + 1]?.position ?? position + 1, first + messages);
  }
});
timeline('has the version of the service that appended, from its first event on', async () => {
  assert.equal(startsOf(await readTimeline(laptops)), []);
  const { version } = ServiceStatus.parse((await laptops.get('/laptops/status')).body);
  const first = positionOf(await laptops.post('/laptops', { json: { id: 3, title: 'Dell', model: 'XPS' } }));
  await laptops.put('/laptops/3', { json: { title: 'Dell', model: 'XPS 13' } });
  const next = await publishAs('99.0.0', 4);
  assert.equal(startsOf(await readTimeline(laptops)), [
    { version, position: first },
    { version: '99.0.0', position: next },
  ]);
});
timeline('stays within its bounds while many events are stored', async () => {
  await publishAll(
    nc,
    Array.from({ length: 3_000 }, (_, index) => laptopAdded(index + 10)),
  );
  const { buckets } = await readTimeline(laptops);
  assert.ok(buckets.length <= 600);
  assert.is(count(buckets, 'messages'), 3_006);
});
timeline('is the same in every replica', async () => {
  assert.equal(await readTimeline(second), await readTimeline(laptops));
});
timeline('is the same after a start from a snapshot', async () => {
  const expected = await readTimeline(laptops);
  const position = await eventually(async () => {
    const { snapshot } = ServiceStatus.parse((await laptops.get('/laptops/status')).body);
    assert.ok(snapshot !== null && snapshot !== undefined && snapshot.position > 0);
    return snapshot.position;
  });
  const restarted = await startLoggedService('laptops', { natsUrl: system.broker.url });
  // A further snapshot may have been written in the meantime.
  assert.ok(Number((await restarted.awaitLog('caught up', 'LAPTOPS'))['from']) >= position);
  assert.equal(await readTimeline(restarted), expected);
  await publishAll(nc, [laptopAdded(1, 'again', 'no')]);
  assert.equal(await readTimeline(restarted), await readTimeline(second));
  await restarted.stop();
});
timeline.after(system.close);
timeline.run();
