import { z } from 'zod';

/** A finding of the doctor. */
export const Finding = z.object({
  name: z.string().meta({ description: 'What was examined.', example: 'stream LAPTOPS' }),
  verdict: z.enum(['ok', 'warning', 'failure']).meta({
    description: 'A failure requires action. A warning may require action, or the check was not possible.',
  }),
  detail: z.string().meta({ description: 'What was found. Can have several lines.' }),
  remedy: z.string().nullable().meta({ description: 'What to do. Null if the verdict is ok.' }),
});

export const Examination = z
  .object({
    examinedAt: z.iso.datetime(),
    findings: z.array(Finding),
  })
  .meta({
    id: 'Examination',
    description:
      'The findings of the doctor, as far as this replica may examine the system: its server, the streams that it reads, the replicas of its service, their states and snapshots.',
  });
export type Examination = z.infer<typeof Examination>;
