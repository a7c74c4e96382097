/** Waits until a replica can serve a page that begins at a position. */

import { Problem } from '../domain/problem.ts';
import { defaultWaitSeconds, type Freshness } from './freshness.ts';

/**
 * Waits until this replica has applied the position that a page starts at. Otherwise an empty page would claim that there is
 * nothing beyond it.
 *
 * @param parameter what the client sent.
 * @throws Problem `malformed` if the stream ends before the position, `unavailable` if it is not reached in time.
 */
export async function waitForPageStart(
  { stream, own }: Freshness,
  position: number,
  parameter = `\`after\` is ${position}`,
): Promise<void> {
  if (position <= own.position) return;
  const last = await own.lastPosition();
  if (position > last)
    throw new Problem('malformed', `${parameter}, but ${stream} ends at position ${last}.`);
  if (await own.reached(position, defaultWaitSeconds * 1000)) return;
  throw new Problem(
    'unavailable',
    `This replica is at position ${own.position} of ${stream} and did not reach ${position} within ${defaultWaitSeconds} s.`,
  );
}

/** Waits for both ends of a page of a history. */
export async function waitForHistoryRange(
  freshness: Freshness,
  { after, before = 0 }: { readonly after: number; readonly before?: number | undefined },
): Promise<void> {
  await waitForPageStart(freshness, after);
  await waitForPageStart(freshness, before - 1, `\`before\` is ${before}`);
}
