import { z } from 'zod';

/**
 * Schema of a name or title: 1 to `max` UTF-16 code units after trimming. Rejects lone surrogates, which cannot be
 * encoded in UTF-8.
 */
export function text(max: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');
}
