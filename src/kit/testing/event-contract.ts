/** What is stored stays as it was stored, so the schema of every event and version is frozen in a file beside the service. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { DomainEvent } from '../domain/decider.ts';
import type { EventSchema } from '../domain/event-schema.ts';
import { listShapes, type EventShape } from '../api/event-shapes.ts';

/** Set, what is not frozen yet is written; what is frozen is never overwritten. */
const freezeVariable = 'FREEZE_EVENTS';

/** Words that say nothing of what is valid. */
const annotations: ReadonlySet<string> = new Set(['title', 'description', 'examples']);

/** How a service's events break with the schemas that `folder` holds: a sentence for each; none when they do not. */
export function findContractBreaks<Event extends DomainEvent>(
  events: EventSchema<Event>,
  folder: URL,
  env: NodeJS.ProcessEnv = process.env,
): string[] {
  const shapes = new Map(listShapes(events).map((shape) => [fileOf(shape), shape]));
  const frozen = new Set(existsSync(folder) ? readdirSync(folder) : []);
  if (env[freezeVariable] !== undefined) {
    mkdirSync(folder, { recursive: true });
    for (const [file, { schema }] of shapes) {
      if (frozen.has(file)) continue;
      writeFileSync(new URL(file, folder), `${JSON.stringify(validationOf(schema), null, 2)}\n`);
      frozen.add(file);
    }
  }
  const gone = [...frozen].filter((file) => !shapes.has(file));
  return [
    ...gone.map(
      (file) => `${file}: this shape is not read any more, but events of it may be stored. Keep it.`,
    ),
    ...[...shapes].flatMap(([file, shape]) => {
      if (!frozen.has(file)) return [describeNew(file, shape)];
      const schema: unknown = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
      return isDeepStrictEqual(schema, validationOf(shape.schema)) ? [] : [describeChanged(file, shape)];
    }),
  ];
}

function describeNew(file: string, { type, version }: EventShape): string {
  return `${file}: ${type}, version ${version} is new. To accept it: ${freezeVariable}=1 npm test -- events.test`;
}

function describeChanged(file: string, { type, version }: EventShape): string {
  return (
    `${file}: ${type}, version ${version} has another shape than the events that are stored. Take the change back, ` +
    'or bump the version: move the shape that this file holds to `older`, with an upcaster, and change the new one.'
  );
}

/** `PortRenamed`, 2 → `port-renamed.v2.json` */
function fileOf({ type, version }: EventShape): string {
  return `${type.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()}.v${version}.json`;
}

/** What decides whether a value is valid, and nothing else of a schema. */
function validationOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(validationOf);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword]) => !annotations.has(keyword))
      .map(([keyword, value]) => [keyword, keyword === 'properties' ? fieldsOf(value) : validationOf(value)]),
  );
}

/** The names of fields are no keywords. */
function fieldsOf(properties: object): object {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, validationOf(schema)]));
}
