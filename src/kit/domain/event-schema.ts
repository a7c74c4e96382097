/** Event schemas: validation of stored JSON values, event versions and upcasting. */

import { z } from 'zod';
import { Rejection, type DomainEvent } from './decider.ts';
import { escapeUnfit, parseStored } from './text.ts';

/** Converts an event to the next version. Pure; called only on reads. */
export type Upcaster = (old: Record<string, unknown>) => Record<string, unknown>;

/** An older version of an event type, with the upcaster to the next version. */
export type OlderShape = { readonly schema: z.ZodType<DomainEvent>; readonly upcast: Upcaster };

export type EventType = {
  /** Schema of the current version. */
  readonly schema: z.ZodType<DomainEvent>;
  /** Older versions, beginning with version 1. The current version is their number plus one. */
  readonly older?: readonly OlderShape[];
};

export type EventSchema<Event extends DomainEvent> = {
  readonly types: Readonly<Record<string, EventType>>;
  /** Schema of all events, in their current versions. */
  readonly event: z.ZodType<Event>;
  /**
   * Upcasts `value` to the current version and validates it. Never throws.
   *
   * @param time when the broker stored the event, in ms since the epoch. Default: it is not stored yet.
   */
  read(value: unknown, time?: number): Event | Rejection;
  /** Returns the stored form of `event`. It has the version in `v`, unless the version is 1. */
  write(event: Event): Record<string, unknown>;
};

export type EventOptions = {
  /**
   * A time (RFC 3339). In events that the broker stored before it, a `text` may contain any characters: they are from before the kit
   * checked them. It is part of the fold, so every reader of the stream needs the same one. Default: all events are checked.
   */
  readonly textsCheckedSince?: string;
};

/** Fields that all event types have. */
const Envelope = z.looseObject({ type: z.string(), v: z.int().min(1).default(1) });

/**
 * @param types event types by name: the value of `type` in their events.
 * @throws TypeError if a schema has another type than its name, or a field with the name of the version, or if the time is not one.
 */
export function defineEvents<Types extends Record<string, EventType>>(
  types: Types,
  { textsCheckedSince = '1970-01-01T00:00:00Z' }: EventOptions = {},
): EventSchema<z.output<Types[keyof Types]['schema']>> {
  type Event = z.output<Types[keyof Types]['schema']>;
  const checkedSince = parseTime(textsCheckedSince);
  for (const [name, type] of Object.entries(types)) checkType(name, type);
  const byName = new Map<unknown, EventType>(Object.entries(types));
  const anyEvent: z.ZodType = z.union(Object.values(types).map(({ schema }) => schema));

  function readEvent(value: unknown, parse: Parse): Event | Rejection {
    // Fast path: nearly all stored events have no `v` and a type with only one version.
    const plainType = findPlainType(byName, value);
    const plain = plainType && parse(plainType.schema, value);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    if (plain?.success) return plain.data as Event;
    const envelope = Envelope.safeParse(value);
    if (!envelope.success) return new Rejection(describeIssues(envelope.error));
    const { type: name, v } = envelope.data;
    const type = byName.get(name);
    if (type === undefined)
      return new Rejection(`unknown event type ${escapeUnfit(JSON.stringify(name.slice(0, 100)))}`);
    if (v > versionOf(type))
      return new Rejection(`${name} has version ${v}, newer than this service supports`);
    const upcast = upcastToCurrent(type, v, envelope.data, parse);
    if (upcast instanceof Rejection) return upcast;
    const parsed = parse(type.schema, upcast);
    if (!parsed.success) return new Rejection(`${name}: ${describeIssues(parsed.error)}`);
    // The schema of a type gives that type's events, which TypeScript cannot follow through the map.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return parsed.data as Event;
  }

  return {
    types,
    // The union of the schemas gives the union of the events, which TypeScript cannot follow through the map.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    event: anyEvent as z.ZodType<Event>,

    read(value, time = Infinity) {
      try {
        return readEvent(value, time < checkedSince ? parseStored : parseChecked);
      } catch (cause) {
        return new Rejection('the event schema threw an error', { cause });
      }
    },

    write(event) {
      const type = byName.get(event.type);
      if (type === undefined) throw new TypeError(`${event.type} is not an event of this service`);
      const version = versionOf(type);
      const { type: name, ...fields } = event;
      return version === 1 ? { type: name, ...fields } : { type: name, v: version, ...fields };
    },
  };
}

type Parse = typeof parseStored;

const parseChecked: Parse = (schema, value) => schema.safeParse(value);

function parseTime(text: string): number {
  if (!z.iso.datetime({ offset: true }).safeParse(text).success)
    throw new TypeError(`textsCheckedSince is not a time: ${text}`);
  return Date.parse(text);
}

function checkType(name: string, { schema, older = [] }: EventType): void {
  for (const shape of [...older.map((version) => version.schema), schema]) {
    if (!(shape instanceof z.ZodObject)) continue;
    const { type, v } = shape.shape;
    if (type instanceof z.ZodLiteral && !type.values.has(name)) {
      const other = Array.from(type.values, String).join(', ');
      throw new TypeError(`the schema of the event "${name}" has the type "${other}"`);
    }
    if (v !== undefined)
      throw new TypeError(`the event "${name}" has the field "v", which is the version of its schema`);
  }
}

/** Returns the type of an event without `v`, if the type has only one version. */
function findPlainType(byName: ReadonlyMap<unknown, EventType>, value: unknown): EventType | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value) || 'v' in value) return undefined;
  const type = byName.get(value.type);
  return type?.older === undefined ? type : undefined;
}

/** Returns the current version. */
export function versionOf({ older = [] }: EventType): number {
  return older.length + 1;
}

/** Validates the stored version and upcasts it. The result is not validated yet. */
function upcastToCurrent(
  { older = [] }: EventType,
  version: number,
  value: { type: string; [field: string]: unknown },
  parse: Parse,
): Record<string, unknown> | Rejection {
  const [stored, ...later] = older.slice(version - 1);
  if (stored === undefined) return value;
  const parsed = parse(stored.schema, value);
  if (!parsed.success)
    return new Rejection(`${value.type}, version ${version}: ${describeIssues(parsed.error)}`);
  try {
    return later.reduce((old, { upcast }) => upcast(old), stored.upcast({ ...parsed.data }));
  } catch {
    return new Rejection(`${value.type} does not have the shape of version ${version}`);
  }
}

function describeIssues({ issues }: z.ZodError): string {
  return issues
    .map(({ path, message }) => `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`)
    .join('; ');
}
