/** Test support for deciders and for the stored shapes of events. */

export { listShapes } from '../api/event-shapes.ts';
export { findContractBreaks } from './event-contract.ts';
export { nameShape, readFixtures } from './event-fixtures.ts';
export { givenService } from './given.ts';
