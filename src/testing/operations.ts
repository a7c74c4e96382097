/** The operations of a service, as its process makes them, for tests that look at them instead of carrying them out. */

import type { JetStreamManager } from '@nats-io/jetstream';
import { bindDecider, type DomainEvent } from '../core/decider.ts';
import { createKeyedQueue } from '../core/keyed-queue.ts';
import { freshnessOf } from '../core/freshness.ts';
import { joinResource, lookupsInto } from '../core/joined-resource.ts';
import { createView } from '../core/view.ts';
import { entityOperations } from '../http/entity-operations.ts';
import { eventDocumentOperations } from '../http/event-document-operations.ts';
import { createEventFeed } from '../http/event-feed.ts';
import type { Operation } from '../http/operation.ts';
import type { Connection } from '../nats/connection.ts';
import { openEventLog } from '../runtime/event-log.ts';
import { createLog } from '../runtime/log.ts';
import { sources } from '../runtime/sources.ts';
import type { ServiceDefinition } from '../runtime/service-definition.ts';

export async function operationsOf<
  State,
  Command,
  Event extends DomainEvent,
  Add extends { readonly id?: number | undefined },
  Change,
  Others,
>(
  definition: ServiceDefinition<State, Command, Event, Add, Change, Others>,
  { connection, jsm }: { connection: Connection; jsm: JetStreamManager },
): Promise<Operation[]> {
  const { name, decider: fold, events, resource } = definition;
  const log = createLog(name, 'error');
  const stream = name.toUpperCase();
  const { store } = await openEventLog(
    { name, events, fold },
    { connection, jsm, stream, reader: name, log },
  );
  const view = createView(fold);
  const feed = createEventFeed(view, store, 0);
  feed.close();
  const ofEntities = entityOperations(joinResource(resource, {}), {
    transactor: {
      decider: bindDecider(
        fold,
        lookupsInto({}, ({ view: other }, id) => other.find(id)),
      ),
      view,
      store,
      queue: createKeyedQueue(),
      followed: [],
      catchUpTimeoutMs: 0,
    },
    sources,
    freshness: { stream, own: freshnessOf({ view, store }), followed: {}, staleSince: undefined },
    eventSchema: events.event,
    eventTypes: Object.keys(events.types),
    feed,
    pastList: async () => [],
    readStatus: () => Promise.reject(new Error('nobody asks')),
  });
  const describe = () => {
    throw new Error('the operations are looked at here, not carried out');
  };
  return [...ofEntities, ...eventDocumentOperations(describe)];
}
