/** Messages as the live events carry them: each is turned into bytes once, whoever follows. */

import { Rejection, type DomainEvent } from '../core/decider.ts';
import type { LiveEvent } from '../core/documents.ts';
import type { StoredMessage } from '../core/event-store.ts';

export type FeedItem = {
  readonly position: number;
  /** The entity that it is about; 0 where it is about none. */
  readonly id: number;
  readonly type: string;
  /** A Server-Sent Event; undefined for a message that the fold refused, which is no event. */
  readonly bytes: Buffer | undefined;
};

export type FeedFilter = {
  /** Only events of these types. */
  readonly types?: readonly string[] | undefined;
  /** Only events of this entity. */
  readonly id?: number | undefined;
};

export function toFeedItem<Event extends DomainEvent>(
  { position, id = 0, time, messageId, content }: StoredMessage<Event>,
  isRejected: boolean,
): FeedItem {
  if (isRejected || content instanceof Rejection) return { position, id, type: '', bytes: undefined };
  const event: LiveEvent<Event> = {
    position,
    time: new Date(time).toISOString(),
    id,
    messageId,
    event: content,
  };
  const text = `id: ${position}\ndata: ${JSON.stringify(event)}\n\n`;
  return { position, id, type: content.type, bytes: Buffer.from(text) };
}

/** What a client that follows `filter` is sent of the item; undefined: nothing. */
export function bytesFor({ types, id }: FeedFilter, item: FeedItem): Buffer | undefined {
  if (id !== undefined && id !== item.id) return undefined;
  return types === undefined || types.includes(item.type) ? item.bytes : undefined;
}
