/** Services with text ids over NATS, with the typed client and subscriber, and as followed services. */

import { createClient, ProblemError } from '@portside/kit/client';
import { subscribe } from '@portside/kit/subscriber';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { requestDigests } from '../../src/kit/nats/services/digest-endpoint.ts';
import { eventually } from '../support/eventually.ts';
import { assertProblem, pointersOf } from '../support/http/http.ts';
import { parcelContract } from '../support/services/parcels/contracts.ts';
import { labelService } from '../support/services/parcels/labels.ts';
import { parcelService } from '../support/services/parcels/parcels.ts';
import { latest, startParcelSystem } from '../support/services/parcels/system.ts';
import { vanService } from '../support/services/parcels/vans.ts';

const system = await startParcelSystem();
const { nc } = system;
const [parcels, vans, labels] = await Promise.all([
  system.start('parcels'),
  system.start('vans'),
  system.start('labels'),
]);

async function request(subject: string, payload: object) {
  const reply = await nc.request(subject, JSON.stringify(payload), { timeout: 10_000 });
  const status = reply.headers?.get('Nats-Service-Error-Code') ?? '';
  return { status: status === '' ? 200 : Number(status), body: reply.json<Record<string, unknown>>() };
}

const Page = z.object({ parcels: z.array(z.object({ id: z.string() })), next: z.string().optional() });

const overNats = suite('a service with text ids, over NATS,');

overNats('executes commands and replies with pages that continue after an id', async () => {
  for (const id of ['NAT-0003', 'NAT-0001', 'NAT-0002']) {
    const sent = await request('parcels.commands.send', { id, weight: 2, town: `To ${id}` });
    assert.equal(sent.body['parcel'], { id, weight: 2, town: `To ${id}` });
  }
  const { body } = await request('parcels.queries.get', { id: 'NAT-0002' });
  assert.equal(body['parcel'], { id: 'NAT-0002', weight: 2, town: 'To NAT-0002' });
  const first = Page.parse((await request('parcels.queries.list', { limit: 2 })).body);
  assert.equal([first.parcels.map(({ id }) => id), first.next], [['NAT-0001', 'NAT-0002'], 'NAT-0002']);
  const second = Page.parse((await request('parcels.queries.list', { limit: 2, after: first.next })).body);
  assert.equal([second.parcels.map(({ id }) => id), second.next], [['NAT-0003'], undefined]);
  const delivered = await request('parcels.commands.deliver', { id: 'NAT-0003' });
  assert.is(delivered.status, 200);
  assert.is((await request('parcels.queries.get', { id: 'NAT-0003' })).status, 404);
});
for (const [name, payload] of [
  ['commands.send', { id: 'abc.1', weight: 1, town: 'Bonn' }],
  ['commands.send', { weight: 1, town: 'Bonn' }],
  ['commands.deliver', { id: 7 }],
  ['queries.get', { id: '*' }],
  ['queries.list', { after: 7 }],
] as const) {
  overNats(`rejects an invalid id: ${name} ${JSON.stringify(payload)}`, async () => {
    const { status, body } = await request(`parcels.${name}`, payload);
    assert.is(status, 422);
    const { errors } = z.object({ errors: z.array(z.object({ pointer: z.string() })) }).parse(body);
    assert.equal(
      errors.map(({ pointer }) => pointer),
      ['after' in payload ? '/after' : '/id'],
    );
  });
}
overNats('has the same digest of its state in every replica', async () => {
  const other = await system.start('parcels');
  await Promise.all([parcels, other].map(({ get }) => get('/parcels', latest)));
  const { state } = await system.jsm.streams.info('PARCELS');
  const digests = await requestDigests(nc, 'parcels', 2, { position: state.last_seq });
  assert.is(digests.length, 2);
  assert.ok(digests[0]?.digest);
  assert.is(digests[0]?.digest, digests[1]?.digest);
  assert.is(await other.stop(), 0);
});
overNats('delivers events with text ids to the typed subscriber', async () => {
  const ids: string[] = [];
  const rejected: string[] = [];
  const subscription = await subscribe(
    { name: 'parcels', stream: 'PARCELS', events: parcelContract.events, id: parcelContract.id },
    {
      natsUrl: system.broker.url,
      onEvent: ({ id }) => void ids.push(id),
      onRejected: ({ reason }) => void rejected.push(reason),
    },
  );
  const event = JSON.stringify({ type: 'ParcelSent', weight: 1, town: 'Bonn' });
  nc.publish('parcels.events.SUB-0001', event);
  nc.publish('parcels.events.1', event);
  await eventually(() => assert.equal([ids.length, rejected.length], [1, 1]));
  assert.equal(ids, ['SUB-0001']);
  await subscription.stop();
});
overNats.run();

const client = createClient(parcels.url, parcelService);

const typedClient = suite('the typed client of a service with text ids');

typedClient('sends commands and reads entities, lists, histories and events', async () => {
  const { document, version } = await client.send({ id: 'CLI-0001', weight: 3, town: 'Bonn' });
  assert.equal(document, { id: 'CLI-0001', weight: 3, town: 'Bonn' });
  await client.redirect('CLI-0001', { town: 'Ulm' }, { ifMatch: version });
  assert.is((await client.get('CLI-0001')).document.town, 'Ulm');
  assert.is((await client.asOf(version).get('CLI-0001')).document.town, 'Bonn');
  const ids: string[] = [];
  for await (const { id } of client.list({ after: 'CLI-0000', pageSize: 1, waitFor: 'latest' })) ids.push(id);
  assert.is(ids[0], 'CLI-0001');
  assert.equal(ids, ids.toSorted());
  const types: string[] = [];
  for await (const { event } of client.history('CLI-0001')) types.push(event?.type ?? '');
  assert.equal(types, ['ParcelSent', 'ParcelRedirected']);
  for await (const { id, event } of client.follow({ after: 0, id: 'CLI-0001' })) {
    assert.equal([id, event.type], ['CLI-0001', 'ParcelSent']);
    break;
  }
});
typedClient('does not send a text that is not an id to another path', async () => {
  const error = await client.get('../vans/1').catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ProblemError);
  assert.is(error.code, 'malformed');
});
typedClient('has methods for the type of the ids', () => {
  const uncalled = () => [
    // @ts-expect-error the ids of parcels are texts
    client.get(1),
    // @ts-expect-error the ids of parcels are texts
    client.list({ after: 1 }),
    // @ts-expect-error the ids of vans are integers
    createClient(vans.url, vanService).load('1', { parcelId: 'ABC-1234' }),
  ];
  assert.type(uncalled, 'function');
});
typedClient('creates entities with generated ids', async () => {
  const { document } = await createClient(labels.url, labelService).print({ vanId: 1 });
  assert.match(document.id, /^[0-9a-f]{8}-/);
  assert.equal((await labels.get(`/labels/${document.id}`)).body, document);
  assert.is((await labels.post('/labels', { json: { id: document.id, vanId: 1 } })).status, 409);
  const refused = await labels.post('/labels', { json: { id: document.id.toUpperCase(), vanId: 1 } });
  assertProblem(refused, 'invalid');
  assert.equal(pointersOf(refused), ['/id']);
});
typedClient.run();

const following = suite('a service that follows a stream with text ids');

following('looks up the entities by text ids, in commands and in documents', async () => {
  await client.send({ id: 'VAN-0001', weight: 3, town: 'Bonn' });
  await client.send({ id: 'VAN-0002', weight: 3, town: 'Ulm' });
  assert.is((await vans.post('/vans', { json: { id: 1 } })).status, 201);
  for (const id of ['VAN-0001', 'VAN-0002']) {
    assert.is((await vans.put(`/vans/1/parcels/${id}`)).status, 204);
  }
  assertProblem(await vans.put('/vans/1/parcels/VAN-9999'), 'conflict', 'There is no parcel VAN-9999.');
  assertProblem(await vans.put('/vans/1/parcels/van-1'), 'malformed');
  const van = await vans.get('/vans/1');
  assert.equal(van.body, {
    id: 1,
    parcels: [
      { id: 'VAN-0001', town: 'Bonn' },
      { id: 'VAN-0002', town: 'Ulm' },
    ],
  });
  assert.equal((await vans.get('/vans?parcel=VAN-0002')).body, [van.body]);
  assert.equal((await vans.get('/vans?parcel=VAN-9999')).body, []);
  const position = van.headers.get('Stream-Position');
  await client.redirect('VAN-0002', { town: 'Köln' });
  const now = await vans.get('/vans/1', latest);
  assert.ok(now.text.includes('Köln'));
  assert.equal((await vans.get(`/vans/1?asOf=${position}`)).body, van.body);
});
following('is listed for an entity of the other one, by integers', async () => {
  assert.is((await vans.post('/vans', { json: { id: 2 } })).status, 201);
  assert.is((await vans.put('/vans/2/parcels/VAN-0001')).status, 204);
  const first = await parcels.get('/parcels/VAN-0001/vans?limit=1', latest);
  assert.equal(first.body, [{ id: 1 }]);
  assert.match(first.headers.get('Link') ?? '', '/parcels/VAN-0001/vans?limit=1&after=1');
  assert.equal((await parcels.get('/parcels/VAN-0001/vans?after=1')).body, [{ id: 2 }]);
  assertProblem(await parcels.get('/parcels/VAN-0001/vans?after=VAN-0001'), 'malformed');
  const reply = await request('parcels.queries.vans', { id: 'VAN-0001', limit: 1 });
  assert.equal([reply.body['vans'], reply.body['next']], [[{ id: 1 }], 1]);
});
following('rejects an event with an invalid id of the other one', async () => {
  nc.publish('vans.events.1', JSON.stringify({ type: 'ParcelLoaded', parcelId: 'a.b' }));
  nc.publish('parcels.events.a', JSON.stringify({ type: 'ParcelSent', weight: 1, town: 'Bonn' }));
  await eventually(async () => {
    const { text } = await vans.get('/vans/rejections', latest);
    assert.match(text, /parcelId/);
    assert.match((await parcels.get('/parcels/rejections', latest)).text, /"parcels\.events\.a"/);
  });
  const metrics = await (await fetch(`${vans.probeUrl}/metrics`)).text();
  assert.match(metrics, /^portside_rejected_messages_total\{.*stream="PARCELS".*\} [1-9]$/m);
});
following.after(system.close);
following.run();
