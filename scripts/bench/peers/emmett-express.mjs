/** The command that adds a laptop, implemented with Emmett on PostgreSQL and Express. */

import { randomInt } from 'node:crypto';
import { DeciderCommandHandler, IllegalStateError } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import express from 'express';

const eventStore = getPostgreSQLEventStore(process.env.DATABASE_URL);

const handle = DeciderCommandHandler({
  initialState: () => ({ status: 'absent' }),

  decide({ type, data }, laptop) {
    switch (type) {
      case 'AddLaptop':
        if (laptop.status === 'present')
          throw new IllegalStateError('There is already a laptop with this id.');
        return { type: 'LaptopAdded', data: { title: data.title, model: data.model } };
    }
  },

  evolve(laptop, { type, data }) {
    switch (type) {
      case 'LaptopAdded':
        return { status: 'present', title: data.title, model: data.model, ports: [] };
      default:
        return laptop;
    }
  },
});

const isText = (value) => typeof value === 'string' && value.trim().length > 0 && value.length <= 200;

const app = express();
app.disable('x-powered-by');
app.use(express.json());

// Express 5 handles rejections of async handlers.
// oxlint-disable-next-line oxc/no-async-endpoint-handlers
app.post('/laptops', async (request, response) => {
  const { id = randomInt(1, 2 ** 47), title, model } = request.body;
  if (!isText(title) || !isText(model)) return void response.sendStatus(422);
  const { newState, nextExpectedStreamVersion } = await handle(eventStore, `laptop-${id}`, {
    type: 'AddLaptop',
    data: { title, model },
  });
  response
    .status(201)
    .set({ Location: `/laptops/${id}`, ETag: `"${nextExpectedStreamVersion}"` })
    .json({ id, title: newState.title, model: newState.model, ports: newState.ports });
});

const server = app.listen(0, '127.0.0.1', () => process.send({ httpPort: server.address().port }));
