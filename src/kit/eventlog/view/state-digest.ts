/** The state of a view in a canonical form, so that replicas can compare digests of their states at one position. */

import type { DomainEvent } from '../../domain/decider.ts';
import { batches } from './snapshot-image.ts';
import type { View, ViewImage } from './view.ts';

/** Increment when the form of the lines changes. Replicas with different versions are not compared. */
export const stateDigestFormat = 2;

/**
 * Generates the lines that the digest of a state is computed from: last message, entities by ascending id, remembered
 * message ids, and positions of the rejected messages. A view that started from a snapshot and one that replayed the whole
 * stream generate the same lines. The reasons of rejections are left out, because their wording may change.
 *
 * A line takes about 1 ms to generate, so that the caller can yield to the event loop between two lines.
 */
export function* stateLines<State>(
  { lastMessage, entries, messageIds, rejectedPositions }: ViewImage<State>,
  initial: State,
): Generator<string, void> {
  if (lastMessage !== undefined) {
    const { position, time, nanoseconds, subject, messageId } = lastMessage;
    yield JSON.stringify([position, time, nanoseconds, subject, messageId]);
  }
  for (const batch of batches(entries.entries())) {
    yield JSON.stringify(
      batch.map(([id, { version, state }]) => [id, version, state === initial ? null : state]),
    );
  }
  for (const { ids, positions } of [messageIds.old, messageIds.young]) {
    for (const batch of batches(ids)) yield JSON.stringify(batch);
    for (const batch of batches(positions)) yield JSON.stringify(batch);
  }
  for (const batch of batches(rejectedPositions)) yield JSON.stringify(batch);
}

/**
 * Captures the view when it has applied `position`, before it applies the next message. Resolves with undefined if it is
 * past that position, or has not reached it when the timeout expires.
 */
export async function captureAt<State, Event extends DomainEvent>(
  view: Pick<View<State, Event>, 'position' | 'capture' | 'reached' | 'subscribe'>,
  position: number,
  timeoutMs: number,
): Promise<ViewImage<State> | undefined> {
  if (view.position === position) return view.capture();
  let image: ViewImage<State> | undefined;
  // Listeners are called synchronously; `reached` may resolve after several more messages.
  const unsubscribe = view.subscribe((message) => {
    if (message.position === position) image = view.capture();
  });
  await view.reached(position, timeoutMs);
  unsubscribe();
  return image;
}
