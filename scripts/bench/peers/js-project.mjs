/**
 * The projection of a stream, written by hand without the kit: an ordered consumer, JSON.parse, the schemas of the events, and a
 * Map. The schemas are those of the service, compiled.
 */

import { jetstream } from '@nats-io/jetstream';
import { connect } from 'nats';
import { z } from 'zod';
import {
  LaptopAdded,
  LaptopRemoved,
  LaptopRevised,
  PortFitted,
  PortUnfitted,
} from '../../../dist/contracts/laptops.js';

const LaptopEvent = z.discriminatedUnion('type', [
  LaptopAdded,
  LaptopRevised,
  LaptopRemoved,
  PortFitted,
  PortUnfitted,
]);
const laptops = new Map();

function apply(message) {
  const parsed = LaptopEvent.safeParse(JSON.parse(message.string()));
  if (!parsed.success) return;
  const event = parsed.data;
  const id = Number(message.subject.slice(message.subject.lastIndexOf('.') + 1));
  const laptop = laptops.get(id);
  switch (event.type) {
    case 'LaptopAdded':
      if (laptop === undefined) laptops.set(id, { title: event.title, model: event.model, portIds: [] });
      break;
    case 'LaptopRevised':
      if (laptop !== undefined)
        laptops.set(id, {
          ...laptop,
          title: event.title ?? laptop.title,
          model: event.model ?? laptop.model,
        });
      break;
    case 'LaptopRemoved':
      laptops.delete(id);
      break;
    case 'PortFitted':
      if (laptop !== undefined) laptops.set(id, { ...laptop, portIds: [...laptop.portIds, event.portId] });
      break;
    case 'PortUnfitted':
      if (laptop !== undefined)
        laptops.set(id, { ...laptop, portIds: laptop.portIds.filter((portId) => portId !== event.portId) });
      break;
  }
}

const { url, stream, messages } = JSON.parse(process.argv[2]);
const nc = await connect({ servers: url });
const started = performance.now();
const consumer = await jetstream(nc).consumers.get(stream);
let count = 0;
await new Promise((resolve) => {
  void consumer.consume({
    max_messages: 10_000,
    callback(message) {
      apply(message);
      count += 1;
      if (count === messages) resolve();
    },
  });
});
const perSecond = messages / ((performance.now() - started) / 1000);
if (laptops.size !== messages) throw new Error(`${laptops.size} laptops instead of ${messages}`);
process.send({ perSecond });
await nc.close();
process.disconnect();
