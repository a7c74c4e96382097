import { cloudEventOf } from '../../api/events/cloud-event.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize } from '../../domain/service/nouns.ts';
import { commandOperations } from './command-operations.ts';
import { feedOperations } from '../events/feed-operations.ts';
import { logOperations } from '../events/log-operations.ts';
import { historyOperations } from './history-operations.ts';
import type { Operation } from '../server/operation.ts';
import { queryOperations } from './query-operations.ts';
import { readOperations } from './read-operations.ts';
import type { RouteContext } from './route-context.ts';
import { relationOperations } from './relation-operations.ts';
import { sampleOperations } from './sample-operations.ts';
import { statusOperations } from './status-operations.ts';
import { systemOperations } from './system-operations.ts';
import { timelineOperations } from './timeline-operations.ts';

/** Returns all operations of a service. */
export function entityOperations(resource: JoinedResource, context: RouteContext): Operation[] {
  const CloudEvent = cloudEventOf(context.eventSchema).meta({
    id: `${capitalize(resource.nouns.noun)}CloudEvent`,
  });
  return [
    // `/laptops/events` is registered before `/laptops/{id}`, which would match it too.
    ...feedOperations(resource, context, CloudEvent),
    ...statusOperations(resource, context),
    ...logOperations(resource, context),
    ...timelineOperations(resource, context),
    ...sampleOperations(resource, context),
    ...historyOperations(resource, context, CloudEvent),
    ...queryOperations(resource, context),
    ...readOperations(resource, context),
    ...commandOperations(resource, context),
    ...relationOperations(resource, context),
    ...systemOperations(context.system),
  ];
}
