/** What a stored JSON value must be to count as an event, today or in an older shape. */

import { z } from 'zod';
import { Rejection, type DomainEvent } from './decider.ts';

/** An old shape → the next version's shape. Pure; used on read only. */
export type Upcaster = (old: Record<string, unknown>) => Record<string, unknown>;

/** A shape in which events of a type were stored once, and how it becomes the next one. */
export type OlderShape = { readonly schema: z.ZodType<DomainEvent>; readonly upcast: Upcaster };

/** One type of event: today's shape, and those before it. */
export type EventType = {
  readonly schema: z.ZodType<DomainEvent>;
  /** At index 0 what `v` 1 was, and so on: today's version is their number plus one. */
  readonly older?: readonly OlderShape[];
};

export type EventSchema<Event extends DomainEvent> = {
  readonly types: Readonly<Record<string, EventType>>;
  /** Any of the events, in today's shape. */
  readonly event: z.ZodType<Event>;
  /** Today's shape of `value`, upcast and validated, or why it is not an event. Never throws. */
  read(value: unknown): Event | Rejection;
  /** `event` as it is stored: with its `v` where that is not 1. */
  write(event: Event): Record<string, unknown>;
};

/** The fields of the envelope, whatever the type. */
const Envelope = z.looseObject({ type: z.string(), v: z.int().min(1).default(1) });

/** @param types every type of event by its name; the name is what stands in `type`. */
export function defineEvents<Types extends Record<string, EventType>>(
  types: Types,
): EventSchema<z.output<Types[keyof Types]['schema']>> {
  type Event = z.output<Types[keyof Types]['schema']>;
  const byName = new Map<string, EventType>(Object.entries(types));
  const anyEvent: z.ZodType = z.union(Object.values(types).map(({ schema }) => schema));

  return {
    types,
    // The union of the schemas gives the union of the events, which TypeScript cannot follow through the map.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    event: anyEvent as z.ZodType<Event>,

    read(value) {
      // Nearly all stored events have today's shape and no `v`; how any other one is wrong is found out below.
      const plain = findPlainType(byName, value)?.schema.safeParse(value);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      if (plain?.success) return plain.data as Event;
      const envelope = Envelope.safeParse(value);
      if (!envelope.success) return new Rejection(describeIssues(envelope.error));
      const { type: name, v } = envelope.data;
      const type = byName.get(name);
      if (type === undefined)
        return new Rejection(`unknown event type ${JSON.stringify(name.slice(0, 100))}`);
      if (v > versionOf(type))
        return new Rejection(`${name} has version ${v}, newer than this service reads`);
      const upcast = bringUpToDate(type, v, envelope.data);
      if (upcast instanceof Rejection) return upcast;
      const parsed = type.schema.safeParse(upcast);
      if (!parsed.success) return new Rejection(`${name}: ${describeIssues(parsed.error)}`);
      // The schema of a type gives that type's events, which TypeScript cannot follow through the map.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return parsed.data as Event;
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

/** The type of an event that says no version, if that type never had another one. */
function findPlainType(byName: ReadonlyMap<string, EventType>, value: unknown): EventType | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value) || 'v' in value) return undefined;
  const type = typeof value.type === 'string' ? byName.get(value.type) : undefined;
  return type?.older === undefined ? type : undefined;
}

/** The version that is written today. */
export function versionOf({ older = [] }: EventType): number {
  return older.length + 1;
}

/** The value in today's shape, not validated yet. */
function bringUpToDate(
  { older = [] }: EventType,
  version: number,
  value: { type: string; [field: string]: unknown },
): Record<string, unknown> | Rejection {
  const [stored, ...later] = older.slice(version - 1);
  if (stored === undefined) return value;
  const parsed = stored.schema.safeParse(value);
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
