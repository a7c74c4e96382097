/** The NATS API completes the requests in flight before it closes. */

import { errors } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { defineEndpoint, serveEndpoints } from '../../src/kit/nats/services/endpoints.ts';
import { startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';

const broker = await startTestBroker();
const server = await connectToNats({ url: broker.url, name: 'server' });
const client = await connectToNats({ url: broker.url, name: 'client' });

/** Round trips to the broker that the request in flight makes after the endpoints have stopped accepting requests. */
const roundTrips = 20;

const test = suite('closing the NATS API');

test('stops accepting requests and waits for those in flight', async () => {
  const events: string[] = [];
  let accept: () => void = () => undefined;
  const accepted = new Promise<void>((resolve) => (accept = resolve));
  const isAccepting = () =>
    client.nc.request('lamps.commands.light', '{}', { timeout: 100, noMux: true }).then(
      () => true,
      (error: unknown) =>
        !(error instanceof errors.RequestError && error.isNoResponders()) &&
        !(error instanceof errors.NoRespondersError),
    );
  let requests = 0;
  const close = await serveEndpoints({
    nc: server.nc,
    name: 'lamps',
    version: '1.0.0',
    description: 'Lamps',
    status: () => ({ replica: 'one', position: 0, entities: 0, rejected: 0 }),
    endpoints: [
      defineEndpoint({
        name: 'commands.light',
        summary: 'Light the lamp',
        input: z.object({}),
        output: z.object({}),
        async handle() {
          requests += 1;
          if (requests > 1) return { position: 0, text: '{}' };
          accept();
          await eventually(async () => assert.not.ok(await isAccepting()));
          for (let trip = 0; trip < roundTrips; trip++) await server.nc.flush();
          events.push('handled');
          return { position: 1, text: '{"isLit":true}' };
        },
      }),
    ],
  });
  const reply = client.nc.request('lamps.commands.light', '{}', { timeout: 30_000 });
  await accepted;
  await close();
  events.push('closed');
  assert.equal((await reply).json(), { isLit: true });
  assert.equal(events, ['handled', 'closed']);
});
test.after(async () => {
  await Promise.all([server.nc.close(), client.nc.close()]);
  await broker.close();
});
test.run();
