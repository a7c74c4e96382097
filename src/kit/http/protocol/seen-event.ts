/** Identifies an event by position and time, so that a client that continues after it notices that the stream was replaced. */

import type { StoredMessage } from '../../domain/stored-message.ts';
import type { DomainEvent } from '../../domain/decider.ts';
import { parseTime } from './time.ts';

/** An event that a client has received, or whose effect it has; `time` in ms since the epoch. */
export type SeenEvent = Pick<StoredMessage<DomainEvent>, 'position' | 'time'>;

/** The value of `Seen-Event` and of `Last-Event`: `12=2026-01-31T12:00:00.000Z`. */
export const seenEventPattern =
  /^[0-9]{1,15}=[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}[Zz]$/;

/** Parses a valid `Seen-Event` header. */
export function parseSeenEvent(text: string): SeenEvent {
  const [position, time = ''] = text.split('=');
  return { position: Number(position), time: parseTime(time) ?? 0 };
}

export function formatSeenEvent({ position, time }: SeenEvent): string {
  return `${position}=${new Date(time).toISOString()}`;
}
