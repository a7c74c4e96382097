/** The query parameter `asOf`, which selects a point-in-time read. */

import { z } from 'zod';
import type { Moment } from '../../eventlog/point-in-time.ts';
import type { ListOptions } from '../../eventlog/view/view.ts';
import type { Entity } from '../../domain/entity.ts';

/** Lists the entities as of `position`. Throws Problem `unavailable`. */
export type ListAsOf = (position: number, options: ListOptions) => Promise<Entity<unknown>[]>;

/** A position (`12`), or a time with a UTC offset (`2026-01-31T12:00:00Z`, RFC 3339). */
export const AsOf = z
  .union(
    [
      z
        .string()
        .regex(/^[0-9]{1,15}$/)
        .transform((text): Moment => ({ position: Number(text) })),
      z.iso.datetime({ offset: true }).transform((text): Moment => ({ time: Date.parse(text) })),
    ],
    'must be a position (12) or an RFC 3339 time (2026-01-31T12:00:00Z)',
  )
  .meta({
    description: 'Returns the state as of this position or time (RFC 3339).',
    example: '2026-01-31T12:00:00Z',
  });
