import type { Entity } from '../../domain/entity.ts';
import type { ListAsOf } from '../../http/protocol/as-of.ts';

/** Sent to the child process. The response has the same `number`. */
export type PointInTimeRequest = {
  readonly number: number;
  readonly position: number;
  readonly options: Parameters<ListAsOf>[1];
};

export type PointInTimeResponse = { readonly number: number } & (
  | { readonly entities: Entity<unknown>[] }
  | { readonly failure: string }
);
