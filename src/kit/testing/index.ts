/** Test support for deciders, for the stored shapes of events, and for whole services. */

export { listShapes } from '../api/events/event-shapes.ts';
export { findContractBreaks } from './event-contract.ts';
export { nameShape, readFixtures } from './event-fixtures.ts';
export { givenService } from './given.ts';
export { testService, type TestService, type TestServiceOptions } from './test-service.ts';
