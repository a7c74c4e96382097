import { z } from 'zod';

type Node = { readonly [keyword: string]: unknown };

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Returns the paths of the properties of a schema that have neither a description nor an example, and of descriptions and
 * examples that are empty.
 */
export function findUndescribed(schema: z.ZodType): string[] {
  const { $defs = {}, ...root } = z.toJSONSchema(schema, { io: 'input' });
  // A schema with an id is a reference to its definition.
  return [root, ...Object.values($defs)].flatMap((node) => (isNode(node) ? visit(node, '') : []));
}

function visit(node: Node, path: string): string[] {
  const texts = ['description', 'example', 'format', 'id'].flatMap((keyword) =>
    node[keyword] === '' ? [`${path}/${keyword}`] : [],
  );
  const properties = Object.entries(isNode(node['properties']) ? node['properties'] : {});
  return [
    ...texts,
    ...properties.flatMap(([name, property]) => {
      if (!isNode(property)) return [];
      const isDescribed = property['description'] !== undefined || property['example'] !== undefined;
      return [...(isDescribed ? [] : [`${path}/${name}`]), ...visit(property, `${path}/${name}`)];
    }),
    ...['items', 'additionalProperties'].flatMap((keyword) => {
      const child = node[keyword];
      return isNode(child) ? visit(child, `${path}/*`) : [];
    }),
  ];
}
