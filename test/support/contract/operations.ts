/** Builds a service's HTTP operations for tests that inspect their declarations without executing them. */

import type { JetStreamManager } from '@nats-io/jetstream';
import { createDecider } from '../../../src/kit/domain/service/service-decider.ts';
import { createKeyedQueue } from '../../../src/kit/eventlog/keyed-queue.ts';
import { freshnessOf } from '../../../src/kit/eventlog/freshness.ts';
import { joinResource, createLookups } from '../../../src/kit/eventlog/joined-resource.ts';
import { createView } from '../../../src/kit/eventlog/view/view.ts';
import { entityOperations } from '../../../src/kit/http/resource/entity-operations.ts';
import { eventDocumentOperations } from '../../../src/kit/http/docs/event-document-operations.ts';
import { createEventFeed } from '../../../src/kit/http/events/event-feed.ts';
import type { Operation } from '../../../src/kit/http/server/operation.ts';
import type { Connection } from '../../../src/kit/nats/connection/connection.ts';
import { openStreamConnection } from '../../../src/kit/runtime/stream/stream-connection.ts';
import { createLogger } from '../../../src/kit/runtime/observability/logger.ts';
import { createSources } from '../../../src/kit/runtime/sources.ts';
import type { Service } from '../../../src/kit/domain/service/service.ts';

export async function operationsOf(
  service: Service,
  { connection, jsm }: { connection: Connection; jsm: JetStreamManager },
): Promise<Operation[]> {
  const { name, events, fold } = service.contract;
  const logger = createLogger(name, 'error');
  const stream = name.toUpperCase();
  const { store } = await openStreamConnection(
    { name, events, fold },
    { connection, jsm, stream, reader: name, foldVersion: 'test', logger },
  );
  const view = createView(fold);
  const feed = createEventFeed(view, store, 0);
  feed.close();
  const ofEntities = entityOperations(joinResource(service, {}), {
    transactor: {
      decider: createDecider(
        service,
        createLookups({}, ({ view: other }, id) => other.find(id)),
      ),
      events,
      view,
      store,
      queue: createKeyedQueue(),
      followed: [],
      catchUpTimeoutMs: 0,
      confirmTimeoutMs: 0,
    },
    sources: createSources(),
    freshness: { stream, own: freshnessOf({ view, store }), followed: {}, staleSince: undefined },
    eventSchema: events.event,
    eventTypes: Object.keys(events.types),
    feed,
    listAsOf: async () => [],
    bulkLimits: { maxRows: 10_000, maxBytes: 4 * 1024 * 1024 },
    stopping: new AbortController().signal,
    describeAccepted: () => '',
    readStatus: () => Promise.reject(new Error('not implemented in this test')),
    readStatusHistory: () => [],
    examine: () => Promise.reject(new Error('not implemented in this test')),
    samples: service.samples && [],
    system: {
      listServices: () => Promise.reject(new Error('not implemented in this test')),
      compareStates: () => Promise.reject(new Error('not implemented in this test')),
    },
  });
  const empty = {
    asyncapi: '3.0.0',
    info: { title: '', version: '', description: '' },
    defaultContentType: '',
    servers: {},
    channels: {},
    operations: {},
    components: { messages: {}, schemas: {} },
  } as const;
  return [...ofEntities, ...eventDocumentOperations(empty)];
}
