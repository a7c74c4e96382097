/** Tests for the rules of a service, and for the stored shapes of its events. */

export { listShapes } from '../api/event-shapes.ts';
export { findContractBreaks } from './event-contract.ts';
export { nameShape, readFixtures } from './event-fixtures.ts';
export { givenDecider } from './given.ts';
