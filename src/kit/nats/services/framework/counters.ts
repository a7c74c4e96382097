import type { EndpointStatistics } from './protocol.ts';

type Counts = Omit<EndpointStatistics, 'name' | 'subject' | 'queue_group' | 'data'>;

/** Counts the handled requests of an endpoint. */
export type Counters = {
  /** @param error text of the error reply; undefined if the request succeeded. */
  add(milliseconds: number, error: string | undefined): void;
  read(): Counts;
};

const nanosecondsPerMillisecond = 1e6;

export function createCounters(): Counters {
  let requests = 0;
  let errors = 0;
  let lastError = '';
  let nanoseconds = 0;

  return {
    add(milliseconds, error) {
      requests += 1;
      nanoseconds += Math.round(milliseconds * nanosecondsPerMillisecond);
      if (error === undefined) return;
      errors += 1;
      lastError = error;
    },
    read: () => ({
      num_requests: requests,
      num_errors: errors,
      last_error: lastError,
      processing_time: nanoseconds,
      average_processing_time: requests === 0 ? 0 : Math.trunc(nanoseconds / requests),
    }),
  };
}
