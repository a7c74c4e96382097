/** Loses messages or the acknowledgement of atomic batches. All events must be stored once and in order. */

import { jetstreamManager } from '@nats-io/jetstream';
import { connectToNats } from '../../../src/kit/nats/connection/connection.ts';
import { createCodec } from '../../../src/kit/nats/stream/codec.ts';
import { createEventStore } from '../../../src/kit/nats/stream/event-store.ts';
import { eventSubjects } from '../../../src/kit/nats/stream/subjects.ts';
import { laptopEvents, type LaptopEvent } from '#contracts/laptops';
import { connectForTest, startTestBroker } from '../broker/broker.ts';
import { readLaptopStream } from '../contract/stream-audit.ts';
import { startTcpProxy } from '../broker/tcp-proxy.ts';
import { createRandom, emptyResult, type Scenario } from './scenario.ts';

/** Acknowledgement timeout, in ms. Short, so that a test can run many rounds. */
const ackTimeoutMs = 400;
/** How long the broker's responses are held, in ms: longer than the acknowledgement timeout. */
const holdMs = 600;

/** Appends three events to a new laptop in every round. The fault hits one of the three messages. */
export const loseBatches: Scenario = async ({ rounds, seed, defer, report }) => {
  const broker = await startTestBroker();
  defer(broker.close);
  const { connection: direct, jsm: directJsm } = await connectForTest(broker);
  defer(() => direct.nc.close());
  const proxy = await startTcpProxy(broker.url);
  defer(proxy.close);
  const connection = await connectToNats({ url: proxy.url, name: 'batches' });
  defer(() => connection.nc.close());
  const jsm = await jetstreamManager(connection.nc, { timeout: 2_000 });
  const subjects = eventSubjects('laptops');
  const codec = createCodec(laptopEvents, subjects);
  const store = createEventStore({ connection, jsm, stream: 'LAPTOPS', subjects, codec, ackTimeoutMs });
  const random = createRandom(seed);
  const complaints: string[] = [];
  let longestRecoveryMs = 0;

  for (let id = 1; id <= rounds; id++) {
    const events: LaptopEvent[] = [
      { type: 'LaptopAdded', title: `laptop ${id}`, model: 'M1' },
      { type: 'PortFitted', portId: 1 },
      { type: 'PortFitted', portId: 2 },
    ];
    const append = { id, events, expectedVersion: 0, messageId: `batch-${id}`, commandDigest: 'digest' };
    let remaining = 1 + Math.floor(random() * events.length);
    const fault = (['cut after', 'cut before', 'held'] as const)[Math.floor(random() * 3)] ?? 'held';
    const description = fault === 'held' ? fault : `${fault} at message ${remaining}`;
    if (fault === 'held') {
      proxy.hold();
      setTimeout(proxy.release, holdMs);
    } else {
      proxy.onPublish(() => ((remaining -= 1) === 0 ? fault : 'pass'));
    }
    const started = performance.now();
    const first = await store.append(append);
    longestRecoveryMs = Math.max(longestRecoveryMs, performance.now() - started);
    proxy.release();
    proxy.onPublish(() => 'pass');
    const again = await store.append(append);
    const stored = await store.history(id, { upTo: await store.lastPositionOf(id) });
    const last = stored.at(-1)?.position;
    const isCorrect =
      (first.outcome === 'written' || first.outcome === 'duplicate') &&
      first.position === last &&
      again.outcome === 'duplicate' &&
      again.position === last &&
      JSON.stringify(stored.map(({ content }) => content)) === JSON.stringify(events);
    if (!isCorrect) {
      complaints.push(`batch ${id} (${description}): ${JSON.stringify({ first, again, stored })}`);
    }
    report?.(`batch, ${description}: ${first.outcome} after ${Math.round(performance.now() - started)} ms`);
  }
  const messages = await readLaptopStream(direct, directJsm);
  const distinct = new Set(messages.map(({ id, content }) => JSON.stringify([id, content])));
  const duplicated = messages.length - distinct.size;
  return {
    ...emptyResult,
    rounds,
    acknowledged: rounds,
    duplicated,
    diverged: complaints.length,
    longestRecoveryMs,
    complaints,
  };
};
