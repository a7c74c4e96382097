/** Finds schemas of a service that the API documents cannot describe: those that are not JSON, and those that share an id. */

import { z } from 'zod';
import { messageOf } from '../error-message.ts';
import { capitalize } from './nouns.ts';
import { schemaIds } from './reserved-names.ts';
import type { Service } from './service.ts';

type Io = 'input' | 'output';
type Use = { readonly owner: string; readonly schema: z.ZodType; readonly io: Io };

/** Returns a text for each fault, which names the schema, and for a common id the owners of both. */
export function checkSchemas(service: Service): string[] {
  const uses = namedUsesOf(service);
  return [
    ...[...uses, ...parametersOf(service)].flatMap(findUndescribable),
    ...findCollisions(uses, [...schemaIds, `${capitalize(service.nouns.noun)}CloudEvent`]),
  ];
}

/** Returns the schemas whose ids, and those of their parts, are names in the API documents. */
function namedUsesOf({ commands, document, queries, relations, contract }: Service): Use[] {
  const output = (owner: string, schema: z.ZodType): Use => ({ owner, schema, io: 'output' });
  return [
    output('the document', document),
    output('the events', contract.events.event),
    ...commands.flatMap(({ verb, body }): Use[] =>
      body === undefined ? [] : [{ owner: `the body of "${verb}"`, schema: body, io: 'input' }],
    ),
    ...queries.map(({ name, result }) => output(`the result of "${name}"`, result)),
    ...Object.entries(relations).map(([name, relation]) =>
      output(`the document of the relation "${name}"`, relation.document),
    ),
  ];
}

function parametersOf({ commands, queries, indexKeys }: Service): Use[] {
  const owners = [...commands.map(({ verb, params }) => ({ name: verb, params })), ...queries];
  return [
    ...owners.flatMap(({ name, params }) =>
      Object.entries(params).map(([param, schema]): Use => ({
        owner: `the parameter "${param}" of "${name}"`,
        schema,
        io: 'input',
      })),
    ),
    ...Object.entries(indexKeys).map(([name, schema]): Use => ({
      owner: `the key of the index "${name}"`,
      schema,
      io: 'input',
    })),
  ];
}

/** Returns a text for the innermost schemas that cannot be converted to JSON Schema: a date, a bigint, a transformed result. */
function findUndescribable({ owner, schema, io }: Use): string[] {
  if (undescribable(schema, io) === undefined) return [];
  const found: { readonly path: string; readonly reason: string }[] = [];
  visit(schema, io, (part, path) => {
    const reason = undescribable(part, io);
    // The parts of a schema are visited before it.
    if (reason !== undefined && !found.some((inner) => inner.path.startsWith(path)))
      found.push({ path, reason });
  });
  return found.map(({ path, reason }) => {
    const subject = path === '' ? owner : `the field "${path.replace(/^\./, '')}" of ${owner}`;
    return `${subject} cannot be described in the API documents: ${reason}`;
  });
}

function undescribable(schema: z.core.$ZodType, io: Io): string | undefined {
  try {
    z.toJSONSchema(schema, { io, metadata: z.registry() });
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function findCollisions(uses: readonly Use[], reserved: readonly string[]): string[] {
  const byId = new Map<string, { readonly owner: string; readonly schema: unknown }>(
    reserved.map((id) => [id, { owner: 'the kit', schema: undefined }]),
  );
  const collisions = new Set<string>();
  for (const { owner, schema, io } of uses) {
    visit(schema, io, (part) => {
      const { id } = z.globalRegistry.get(part) ?? {};
      if (id === undefined) return;
      const other = byId.get(id) ?? { owner, schema: part };
      byId.set(id, other);
      if (other.schema === part) return;
      const owners = other.owner === owner ? `${owner}, twice` : `${other.owner} and of ${owner}`;
      collisions.add(`the schema id "${id}" is that of different schemas of ${owners}`);
    });
  }
  return [...collisions];
}

/** Calls `onPart` for each schema in a schema, the innermost first. A path is `.name`, or `[]` for the items of an array. */
function visit(schema: z.ZodType, io: Io, onPart: (part: z.core.$ZodType, path: string) => void): void {
  z.toJSONSchema(schema, {
    io,
    metadata: z.registry(),
    unrepresentable: 'any',
    override({ zodSchema, path }) {
      const names = path.map((key, index) => {
        if (path[index - 1] === 'properties') return `.${key}`;
        return key === 'items' || key === 'prefixItems' || key === 'additionalProperties' ? '[]' : '';
      });
      onPart(zodSchema, names.join(''));
    },
  });
}
