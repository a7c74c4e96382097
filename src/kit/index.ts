/** What a service author writes with: events, commands, documents, problems. Pure: no NATS, no HTTP, no Node. */

export {
  type Body,
  type Context,
  type Existing,
  type Params,
  type Route,
  type TypedCommand,
} from './domain/service/command.ts';
export { Rejection, type Decider, type DomainEvent, type Fold } from './domain/decider.ts';
export { type Entity } from './domain/entity.ts';
export { EntityId, maxEntityId, parseEntityId, type Id } from './domain/entity-id.ts';
export { defineEvents, type EventSchema, type EventType, type Upcaster } from './domain/event-schema.ts';
export { follow, type Part } from './domain/follow.ts';
export { type Contract, type EventContract, type Follows, type Lookups } from './domain/followed-stream.ts';
export { textId, uuidId, type IdType, type TextIdOptions } from './domain/id-type.ts';
export { Problem, type ProblemCode } from './domain/problem.ts';
export { defineService } from './domain/service/define-service.ts';
export {
  type DefinedService,
  type Relation,
  type Service,
  type ServiceDefinition,
  type ServiceTypes,
  type TypesOf,
} from './domain/service/service.ts';
export {
  createDecider,
  type CallOf,
  type CommandCall,
  type Origin,
} from './domain/service/service-decider.ts';
export { type SortableIn } from './domain/service/index-definition.ts';
export { type EntityView, type TypedQuery } from './domain/service/query.ts';
export { text } from './domain/text.ts';
