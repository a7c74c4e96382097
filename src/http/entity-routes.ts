/** Every route of a service of one kind of entity. */

import { Router } from '@koa/router';
import type { DomainEvent } from '../core/decider.ts';
import { addHistoryRoutes } from './history-routes.ts';
import { addReadRoutes } from './read-routes.ts';
import type { Resource, RouteContext } from './resource.ts';
import { addWriteRoutes } from './write-routes.ts';

export function entityRoutes<
  State,
  Command,
  Event extends DomainEvent,
  Add extends { readonly id?: number | undefined },
  Change,
>(resource: Resource<State, Command, Add, Change>, context: RouteContext<State, Command, Event>): Router {
  const router = new Router();
  // `/laptops/rejections` comes before `/laptops/:id`, which would take it for an id.
  addHistoryRoutes(router, resource, context);
  addReadRoutes(router, resource, context);
  addWriteRoutes(router, resource, context);
  return router;
}
