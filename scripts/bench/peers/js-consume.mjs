/** Measures how fast the client's ordered consumer drains a stream without processing the messages. */

import { jetstream } from '@nats-io/jetstream';
import { connect } from 'nats';

const { url, stream, messages, form } = JSON.parse(process.argv[2]);
const nc = await connect({ servers: url });
const started = performance.now();
const consumer = await jetstream(nc).consumers.get(stream);
let count = 0;

if (form === 'iterator') {
  for await (const _ of await consumer.consume({ max_messages: 10_000 })) {
    count += 1;
    if (count === messages) break;
  }
} else {
  await new Promise((resolve) => {
    const callback = () => {
      count += 1;
      if (count === messages) resolve();
    };
    void consumer.consume({ max_messages: 10_000, callback });
  });
}
process.send({ perSecond: messages / ((performance.now() - started) / 1000) });
await nc.close();
process.disconnect();
