/** Minimal Server-Sent Events: every message of one subscription is written to every client. */

import { createServer } from 'node:http';
import { connect } from 'nats';

const clients = new Set();
const nc = await connect({ servers: process.env.NATS_URL });
nc.subscribe('laptops.events.*', {
  callback: (_error, message) => {
    const text = `event: message\ndata: ${message.string()}\n\n`;
    for (const client of clients) client.write(text);
  },
});
await nc.flush();
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  response.flushHeaders();
  clients.add(response);
  response.on('close', () => clients.delete(response));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send({ httpPort: server.address().port }),
);
