/** The query parameter `asOf`, which selects a point-in-time read. */

import { z } from 'zod';
import type { Moment } from '../../eventlog/point-in-time.ts';
import type { ListOptions } from '../../eventlog/view/view.ts';
import { parseTime } from './time.ts';
import type { Entity } from '../../domain/entity.ts';

/** Lists the entities as of `position`. Throws Problem `unavailable`. */
export type ListAsOf = (position: number, options: ListOptions) => Promise<Entity<unknown>[]>;

const accepted =
  'must be a position (12), or an RFC 3339 time with a UTC offset (2026-01-31T12:00:00Z, 2026-01-31T13:00:00%2B01:00)';

/** A position (`12`), or a time with a UTC offset (`2026-01-31T12:00:00Z`, RFC 3339). */
export const AsOf = z
  .union(
    [
      z
        .string()
        .regex(/^[0-9]{1,15}$/)
        .transform((text): Moment => ({ position: Number(text) })),
      z
        .string()
        .transform((text, context): Moment => {
          const time = parseTime(text);
          if (time === undefined) context.addIssue(accepted);
          return { time: time ?? 0 };
        })
        .meta({ format: 'date-time' }),
    ],
    accepted,
  )
  .meta({
    description: 'Returns the state as of this position or time (RFC 3339).',
    example: '2026-01-31T12:00:00Z',
  });
