/** What a service author writes with: events, rules, documents, problems. Pure: no NATS, no HTTP, no Node. */

export {
  bindDecider,
  Rejection,
  type BoundDecider,
  type Decider,
  type DomainEvent,
  type Fold,
} from './domain/decider.ts';
export { type Entity } from './domain/entity.ts';
export { EntityId, maxEntityId, parseEntityId } from './domain/entity-id.ts';
export { defineEvents, type EventSchema, type EventType, type Upcaster } from './domain/event-schema.ts';
export { type Contract, type Followed, type Follows, type Lookups } from './domain/followed-stream.ts';
export { Problem, type ProblemCode } from './domain/problem.ts';
export { type CommandForm, type Members, type Referrers, type Resource } from './domain/resource.ts';
export { text } from './domain/text.ts';
