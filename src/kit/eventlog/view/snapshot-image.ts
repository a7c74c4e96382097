/** Serialises the image of a view as lines of JSON, which are generated one by one so that the event loop is not blocked. */

import { freeze } from '../../domain/frozen.ts';
import { assertJson } from '../../domain/json-state.ts';
import type { Entity } from '../../domain/entity.ts';
import type { Id } from '../../domain/entity-id.ts';
import type { MessageIdentity } from '../../domain/stored-message.ts';
import type { IdList } from './message-ids.ts';
import { checkpointInterval } from './checkpoints.ts';
import { createEntries } from './entries.ts';
import { emptyTimeline, type TimelineImage } from './timeline.ts';
import type { RejectedMessage, ViewImage } from './view.ts';

/** Increment when the format of the lines changes. */
export const imageFormat = 6;

/** Maximum number of items in a line. Encoding or decoding a line of this length takes at most about 1 ms. */
const lineLength = 1000;

/**
 * Generates the lines of an image, without line terminators. Every line has a number and the last line has an end
 * marker, so that missing, duplicated and reordered lines are detected.
 *
 * @throws NotJson if a decoded state would differ from the encoded one.
 */
export function* encodeImage<State>(image: ViewImage<State>, initial: State): Generator<string, void> {
  let number = 0;
  for (const line of imageLines(image, initial)) yield JSON.stringify({ number: number++, ...line });
}

function* imageLines<State>(image: ViewImage<State>, initial: State): Generator<ImageLine<State>, void> {
  const { position, lastMessage, entries, messageIds, rejected, rejectedPositions, timeline, checkpoints } =
    image;
  yield { position, lastMessage };
  // JSON has no `undefined`. A removed entity is stored too, because it has a version.
  const toStored = (state: State, id: Id | undefined) => {
    if (state === initial) return null;
    assertJson(state ?? Symbol('no state'), `the state of entity ${id}`);
    return state;
  };
  for (const { ids, versions, states, counts } of entries.blocks())
    yield { ids, versions, states: states.map((state, index) => toStored(state, ids[index])), counts };
  const { interval } = checkpoints;
  for (const batch of batches(checkpoints.entities))
    yield { interval, checkpoints: batch.map((each) => ({ ...each, state: toStored(each.state, each.id) })) };
  for (const generation of ['old', 'young'] as const) {
    for (const batch of batches(pairsOf(messageIds[generation]))) yield { messageIds: batch, generation };
  }
  yield { rejected };
  yield { timeline };
  for (const batch of batches(rejectedPositions)) yield { rejectedPositions: batch };
  yield { end: entries.size };
}

function* pairsOf({ ids, positions }: IdList): Generator<[string, number], void> {
  for (const [index, id] of ids.entries()) yield [id, positions[index] ?? 0];
}

/** Splits items into arrays of at most `lineLength`. */
export function* batches<T>(items: Iterable<T>): Generator<T[], void> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < lineLength) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

type ImageLine<State> = {
  readonly number?: number;
  readonly position?: number;
  readonly lastMessage?: MessageIdentity | undefined;
  /** Entities, in parallel arrays. */
  readonly ids?: Id[];
  readonly versions?: number[];
  readonly states?: readonly (State | null)[];
  readonly counts?: number[];
  readonly interval?: number;
  readonly checkpoints?: readonly Entity<State | null>[];
  readonly messageIds?: readonly [string, number][];
  readonly generation?: 'old' | 'young';
  readonly rejected?: readonly RejectedMessage[];
  readonly rejectedPositions?: readonly number[];
  readonly timeline?: TimelineImage;
  readonly end?: number;
};

/** @throws if lines are missing, duplicated or reordered. */
export async function decodeImage<State>(
  lines: AsyncIterable<string>,
  initial: State,
): Promise<ViewImage<State>> {
  const fromStored = (state: State | null) => (state === null ? initial : freeze(state));
  const entries = createEntries<State>();
  const messageIds = { old: emptyList(), young: emptyList() };
  let head: ImageLine<State> = {};
  let rejected: readonly RejectedMessage[] = [];
  let timeline = emptyTimeline;
  const rejectedPositions: number[] = [];
  const checkpoints: Entity<State>[] = [];
  let interval = checkpointInterval;
  let end: number | undefined;
  let count = 0;
  for await (const text of lines) {
    // The caller has verified the digest and the fold, so `encodeImage` has generated these lines.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const line = JSON.parse(text) as ImageLine<State>;
    if (line.number !== count || end !== undefined) throw new Error('the snapshot is incomplete or corrupt');
    count += 1;
    if (line.position !== undefined) head = line;
    const { ids, versions, states, counts } = line;
    if (ids !== undefined && versions !== undefined && states !== undefined && counts !== undefined)
      entries.append({ ids, versions, states: states.map(fromStored), counts });
    ({ interval = interval } = line);
    for (const each of line.checkpoints ?? []) checkpoints.push({ ...each, state: fromStored(each.state) });
    for (const [id, at] of line.messageIds ?? []) {
      const { ids, positions } = messageIds[line.generation ?? 'young'];
      ids.push(id);
      positions.push(at);
    }
    if (line.rejected !== undefined) rejected = line.rejected;
    if (line.timeline !== undefined) timeline = line.timeline;
    rejectedPositions.push(...(line.rejectedPositions ?? []));
    end = line.end;
  }
  const { position, lastMessage } = head;
  if (position === undefined || end !== entries.size) {
    throw new Error('the snapshot is incomplete or corrupt');
  }
  return {
    position,
    // JSON has no `undefined`.
    lastMessage: lastMessage && { ...lastMessage, messageId: lastMessage.messageId },
    entries,
    messageIds,
    rejected,
    rejectedPositions,
    timeline,
    checkpoints: { interval, entities: checkpoints },
  };
}

function emptyList() {
  return { ids: [] as string[], positions: [] as number[] };
}
