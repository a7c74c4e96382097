/** Text that people give: a name, a title. */

import { z } from 'zod';

/** 1 to `max` characters (UTF-16 units) after trimming; lone surrogates are refused, since UTF-8 cannot hold them. */
export function text(max: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');
}
