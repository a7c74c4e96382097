/** A child process for point-in-time lists that responds after `position` ms with its process id as the only entity. */

import type {
  PointInTimeRequest,
  PointInTimeResponse,
} from '../../../src/kit/runtime/point-in-time/messages.ts';

process.on('disconnect', () => process.exit(0));
process.on('message', ({ number, position }: PointInTimeRequest) => {
  const entities = [{ id: process.pid, state: null, version: position }];
  setTimeout(() => process.send?.({ number, entities } satisfies PointInTimeResponse), position);
});
