/** Finds schemas of a service with the same id (`meta({ id })`), of which the API documents could have only one. */

import { z } from 'zod';
import type { Service } from './service.ts';

type Use = { readonly owner: string; readonly schema: z.ZodType; readonly io?: 'input' };

/** Returns a text for each id of two schemas, which names the owners of both. */
export function checkSchemaIds({ commands, document, queries, relations, contract }: Service): string[] {
  const uses: Use[] = [
    { owner: 'the document', schema: document },
    { owner: 'the events', schema: contract.events.event },
    ...commands.flatMap(({ verb, body }) =>
      body === undefined ? [] : [{ owner: `the body of "${verb}"`, schema: body, io: 'input' } as const],
    ),
    ...queries.map(({ name, result }) => ({ owner: `the result of "${name}"`, schema: result })),
    ...Object.entries(relations).map(([name, relation]) => ({
      owner: `the document of the relation "${name}"`,
      schema: relation.document,
    })),
  ];
  const byId = new Map<string, { readonly owner: string; readonly schema: unknown }>();
  const collisions = new Set<string>();
  for (const { owner, schema, io = 'output' } of uses) {
    for (const [id, named] of namedIn(schema, io)) {
      const other = byId.get(id) ?? { owner, schema: named };
      byId.set(id, other);
      if (other.schema !== named) {
        const owners = other.owner === owner ? `${owner}, twice` : `${other.owner} and of ${owner}`;
        collisions.add(`the schema id "${id}" is that of different schemas of ${owners}`);
      }
    }
  }
  return [...collisions];
}

/** Returns the schemas with an id in a schema, also that of the schema itself. */
function namedIn(schema: z.ZodType, io: 'input' | 'output'): [string, unknown][] {
  const found: [string, unknown][] = [];
  z.toJSONSchema(schema, {
    io,
    metadata: z.registry(),
    unrepresentable: 'any',
    override({ zodSchema }) {
      const { id } = z.globalRegistry.get(zodSchema) ?? {};
      if (id !== undefined) found.push([id, zodSchema]);
    },
  });
  return found;
}
