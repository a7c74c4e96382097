/** The command that adds a laptop, written by hand without the kit: Koa, zod, and one guarded publish per POST. */

import { randomInt, randomUUID } from 'node:crypto';
import { json } from 'node:stream/consumers';
import { Router } from '@koa/router';
import { JetStreamApiError, jetstream } from '@nats-io/jetstream';
import Koa from 'koa';
import { connect } from 'nats';
import { z } from 'zod';

const Text = z.string().trim().min(1).max(200);
const NewLaptop = z.object({ id: z.int().positive().optional(), title: Text, model: Text });
/** JetStream's error code for an unexpected last sequence. */
const conflictCode = 10_071;

const js = jetstream(await connect({ servers: process.env.NATS_URL }));

const router = new Router().post('/laptops', async (ctx) => {
  const parsed = NewLaptop.safeParse(await json(ctx.req).catch(() => undefined));
  if (!parsed.success) return void (ctx.status = 422);
  const { id = randomInt(1, 2 ** 47), title, model } = parsed.data;
  const event = JSON.stringify({ type: 'LaptopAdded', title, model });
  try {
    const { seq } = await js.publish(`laptops.events.${id}`, event, {
      msgID: randomUUID(),
      expect: { lastSubjectSequence: 0 },
    });
    ctx.status = 201;
    ctx.set({ Location: `/laptops/${id}`, ETag: `"${seq}"` });
    ctx.body = { id, title, model, ports: [] };
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== conflictCode) throw error;
    ctx.status = 409;
  }
});

const server = new Koa()
  .use(router.routes())
  .listen(0, '127.0.0.1', () => process.send({ httpPort: server.address().port }));
