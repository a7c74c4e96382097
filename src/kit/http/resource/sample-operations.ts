import { z } from 'zod';
import { jsonMediaType, type Operation } from '../server/operation.ts';
import type { RouteContext } from './route-context.ts';
import { fixedOperation } from '../docs/fixed-operation.ts';

/** Sample data, which the web console offers to add while there are no entities. */
export function sampleOperations(
  { names: [name] }: { readonly names: readonly [string, ...string[]] },
  { samples }: Pick<RouteContext, 'samples'>,
): Operation[] {
  if (samples === undefined) return [];
  return [
    fixedOperation({
      name: 'getSamples',
      path: `/${name}/samples`,
      summary: `Sample data: bodies of POST /${name}`,
      mediaType: jsonMediaType,
      schema: z.array(z.looseObject({})),
      content: () => JSON.stringify(samples),
    }),
  ];
}
