/** Stored events are never rewritten, so the schema of every event version is frozen in a file next to the service. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { DomainEvent } from '../domain/decider.ts';
import type { EventSchema } from '../domain/event-schema.ts';
import { listShapes, type EventShape } from '../api/events/event-shapes.ts';

/** If this variable is set, missing schema files are written. Existing files are never overwritten. */
const freezeVariable = 'FREEZE_EVENTS';

/** JSON Schema keywords that do not affect validation. */
const annotations: ReadonlySet<string> = new Set(['title', 'description', 'examples']);

/**
 * Writes the schema of each event shape that has no file in `folder`. Existing files are not changed. Returns the names of the
 * new files.
 */
export function freezeSchemas<Event extends DomainEvent>(events: EventSchema<Event>, folder: URL): string[] {
  mkdirSync(folder, { recursive: true });
  const frozen = new Set(readdirSync(folder));
  const added = listShapes(events).filter((shape) => !frozen.has(fileNameOf(shape)));
  for (const shape of added) {
    const text = JSON.stringify(stripAnnotations(shape.schema), null, 2);
    writeFileSync(new URL(fileNameOf(shape), folder), `${text}\n`);
  }
  return added.map(fileNameOf);
}

/** Compares a service's events with the frozen schemas in `folder`. Returns one message for each incompatibility. */
export function findContractBreaks<Event extends DomainEvent>(
  events: EventSchema<Event>,
  folder: URL,
  env: NodeJS.ProcessEnv = process.env,
): string[] {
  if (env[freezeVariable] !== undefined) freezeSchemas(events, folder);
  const shapes = new Map(listShapes(events).map((shape) => [fileNameOf(shape), shape]));
  const frozen = new Set(existsSync(folder) ? readdirSync(folder) : []);
  const removed = [...frozen].filter((file) => !shapes.has(file));
  return [
    ...removed.map(
      (file) => `${file}: this shape is no longer supported, but stored events may have it. Keep it.`,
    ),
    ...[...shapes].flatMap(([file, shape]) => {
      if (!frozen.has(file)) return [describeNew(file, shape)];
      const schema: unknown = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
      return isDeepStrictEqual(schema, stripAnnotations(shape.schema)) ? [] : [describeChanged(file, shape)];
    }),
  ];
}

function describeNew(file: string, { type, version }: EventShape): string {
  return `${file}: ${type}, version ${version} is new. To accept it, run this test with ${freezeVariable}=1.`;
}

function describeChanged(file: string, { type, version }: EventShape): string {
  return (
    `${file}: the shape of ${type}, version ${version} differs from that of stored events. Revert the change, or bump ` +
    'the version: move the shape in this file to `older`, with an upcaster, and change the new version.'
  );
}

/** `PortRenamed`, 2 → `port-renamed.v2.json` */
function fileNameOf({ type, version }: EventShape): string {
  return `${type.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()}.v${version}.json`;
}

function stripAnnotations(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(stripAnnotations);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword]) => !annotations.has(keyword))
      .map(([keyword, value]) => [
        keyword,
        keyword === 'properties' ? stripFieldAnnotations(value) : stripAnnotations(value),
      ]),
  );
}

/** Property names are not keywords: a field called `title` is retained. */
function stripFieldAnnotations(properties: object): object {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, stripAnnotations(schema)]),
  );
}
