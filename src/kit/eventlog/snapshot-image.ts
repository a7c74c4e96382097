/** A view's image as lines of text, for snapshots: written piece by piece, so that nobody waits for the whole. */

import { z } from 'zod';
import type { DomainEvent, Fold } from '../domain/decider.ts';
import type { EventSchema } from '../domain/event-schema.ts';
import type { IdList } from './message-ids.ts';
import { createEntries, type RejectedMessage, type ViewImage } from './view.ts';

/** Changes whenever the lines below mean something else. */
const formatVersion = 3;

/** How many things stand in one line: a line is written and read in about a millisecond. */
const lineLength = 1000;

/**
 * All that decides what a stream folds into, as one text: two processes with the same text hold the same view at the
 * same position. It reads the code of `evolve` and of the upcasters itself; a function that these call from elsewhere
 * is not seen, so keep the rules inside.
 */
export function describeFold<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  events: EventSchema<Event>,
): string {
  const describe = (schema: z.ZodType) => z.toJSONSchema(schema, { unrepresentable: 'any' });
  const types = Object.entries(events.types).map(([name, { schema, older = [] }]) => [
    name,
    describe(schema),
    older.map(({ schema, upcast }) => [describe(schema), String(upcast)]),
  ]);
  return JSON.stringify([formatVersion, fold.initial ?? null, String(fold.evolve), types]);
}

/**
 * The image as lines without their ends, each with its number, so that none can be missing, doubled or misplaced; the
 * last one says that it is the last. A state has to be plain JSON.
 */
export function* encodeImage<State>(image: ViewImage<State>, initial: State): Generator<string, void> {
  let number = 0;
  for (const line of imageLines(image, initial)) yield JSON.stringify({ number: number++, ...line });
}

function* imageLines<State>(image: ViewImage<State>, initial: State): Generator<ImageLine<State>, void> {
  const { position, time, entries, messageIds, rejected, rejectedPositions } = image;
  yield { position, time };
  for (const batch of batches(entries.entries())) {
    // JSON has no `undefined`; a removed entity keeps its version.
    const line = batch.map(([id, { version, state }]): EntryLine<State> => [
      id,
      version,
      state === initial ? null : state,
    ]);
    yield { entries: line };
  }
  for (const generation of ['old', 'young'] as const) {
    for (const batch of batches(pairsOf(messageIds[generation]))) yield { messageIds: batch, generation };
  }
  yield { rejected };
  for (const batch of batches(rejectedPositions)) yield { rejectedPositions: batch };
  yield { end: entries.size };
}

function* pairsOf({ ids, positions }: IdList): Generator<[string, number], void> {
  for (const [index, id] of ids.entries()) yield [id, positions[index] ?? 0];
}

function* batches<T>(items: Iterable<T>): Generator<T[], void> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < lineLength) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

type EntryLine<State> = readonly [number, number, State | null];

type ImageLine<State> = {
  readonly number?: number;
  readonly position?: number;
  readonly time?: number;
  readonly entries?: readonly EntryLine<State>[];
  readonly messageIds?: readonly [string, number][];
  readonly generation?: 'old' | 'young';
  readonly rejected?: readonly RejectedMessage[];
  readonly rejectedPositions?: readonly number[];
  readonly end?: number;
};

/** @throws when the lines are not a whole image. */
export async function decodeImage<State>(
  lines: AsyncIterable<string>,
  initial: State,
): Promise<ViewImage<State>> {
  const entries = createEntries<State>();
  const messageIds = { old: emptyList(), young: emptyList() };
  let head: ImageLine<State> = {};
  let rejected: readonly RejectedMessage[] = [];
  const rejectedPositions: number[] = [];
  let end: number | undefined;
  let count = 0;
  for await (const text of lines) {
    // The digest and the fold's version were checked: these are the lines that `encodeImage` wrote.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const line = JSON.parse(text) as ImageLine<State>;
    if (line.number !== count || end !== undefined) throw new Error('the snapshot is not whole');
    count += 1;
    if (line.position !== undefined) head = line;
    for (const [id, version, state] of line.entries ?? [])
      entries.set(id, { state: state ?? initial, version });
    for (const [id, at] of line.messageIds ?? []) {
      const { ids, positions } = messageIds[line.generation ?? 'young'];
      ids.push(id);
      positions.push(at);
    }
    if (line.rejected !== undefined) rejected = line.rejected;
    rejectedPositions.push(...(line.rejectedPositions ?? []));
    end = line.end;
  }
  const { position, time } = head;
  if (position === undefined || time === undefined || end !== entries.size) {
    throw new Error('the snapshot is not whole');
  }
  return { position, time, entries, messageIds, rejected, rejectedPositions };
}

function emptyList() {
  return { ids: [] as string[], positions: [] as number[] };
}
