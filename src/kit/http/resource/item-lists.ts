/**
 * Lists in the document of an entity whose items have a path of their own: `PUT /laptops/{id}/ports/{portId}` adds an item of
 * `ports`. They follow from the commands and the schema of the document.
 */

import { z } from 'zod';
import type { NamedCommand } from '../../domain/service/service.ts';

export type ItemList = {
  /** The segment of the path: `ports`. */
  readonly segment: string;
  /** The parameter of the path that selects an item: `portId`. */
  readonly param: string;
  /** The field of the document with the list. */
  readonly field: string;
  /** The field of an item that has the value of the parameter; undefined: the item itself. */
  readonly key: string | undefined;
  readonly schema: z.ZodArray;
};

/** Returns the list that a command changes one item of; undefined if there is none, or if it is not in the document. */
export function itemListOf(
  document: z.ZodType,
  { path = '', method }: Pick<NamedCommand, 'path' | 'method'>,
): ItemList | undefined {
  const [, segment, param] = /^([^/{}]+)\/\{(\w+)\}$/.exec(path) ?? [];
  if (segment === undefined || param === undefined || method === 'post') return undefined;
  if (!(document instanceof z.ZodObject)) return undefined;
  const lists = Object.entries(document.shape).flatMap(([field, fieldSchema]): ItemList[] => {
    const schema = unwrap(fieldSchema);
    if (!(schema instanceof z.ZodArray)) return [];
    const { element } = schema;
    const item = element instanceof z.ZodObject ? element.shape : undefined;
    if (item !== undefined && param in item) return [{ segment, param, field, key: param, schema }];
    const key = item === undefined ? undefined : 'id';
    return field === segment ? [{ segment, param, field, key, schema }] : [];
  });
  return lists[0];
}

/** Returns the lists of a service, each once. */
export function itemListsOf(document: z.ZodType, commands: readonly NamedCommand[]): ItemList[] {
  const found = commands.flatMap((command) => itemListOf(document, command) ?? []);
  return found.filter(({ segment }, index) => found.findIndex((list) => list.segment === segment) === index);
}

/** Returns the items; none if the field is null or absent. */
export function itemsIn({ field }: Pick<ItemList, 'field'>, body: object): readonly unknown[] {
  const value: unknown = Object.entries(body).find(([name]) => name === field)?.[1];
  return Array.isArray(value) ? value : [];
}

/** Whether the list in a document has the item that the parameter names. */
export function hasItem(list: ItemList, body: object, params: Readonly<Record<string, unknown>>): boolean {
  const { key, param } = list;
  return itemsIn(list, body).some(
    (item) => String(key === undefined ? item : Object(item)[key]) === String(params[param]),
  );
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const isWrapped =
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodReadonly;
  return isWrapped ? unwrap(schema.unwrap()) : schema;
}
