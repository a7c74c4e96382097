/** The history of a run: what the clients requested, and the responses. */

/** A request and its response. `checker/history.go` reads it. */
export type Operation = {
  readonly client: number;
  readonly laptop: number;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** What a GET reads: the history, or the state as of the time of the request; by default, the latest state. */
  readonly source?: 'history' | 'asOf' | undefined;
  /** Idempotency key of a write. */
  readonly key?: string | undefined;
  /** True for a write that was sent again with its key after it had succeeded. */
  readonly repeated?: boolean | undefined;
  /** Title that was written or read. */
  readonly title?: string | undefined;
  /** Version that the request requires. */
  readonly ifMatch?: number | undefined;
  /** Times of the request and the response, in microseconds of one monotonic clock. */
  readonly call: number;
  readonly return: number;
  /** HTTP status; 0 if the outcome is unknown. */
  readonly status: number;
  /** Version in the entity tag of the response. */
  readonly version?: number | undefined;
  /** True for a 409 that results from repeated conflicts with other writers, not from the state of the laptop. */
  readonly contended?: boolean | undefined;
};

export function toLines(history: readonly Operation[]): string {
  return history.map((operation) => `${JSON.stringify(operation)}\n`).join('');
}
