/** Messages as the live events carry them: each is turned into bytes once, whoever follows. */

import { Rejection, type DomainEvent } from '../../domain/decider.ts';
import { toLiveEvent, type LiveEvent } from '../../api/documents.ts';
import type { StoredMessage } from '../../domain/stored-message.ts';

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

/** What the `data` of an event is, made from what it usually is; the same function for all who want the same. */
export type FeedFormat = (event: LiveEvent<DomainEvent>) => object;

export function toFeedItem<Event extends DomainEvent>(
  message: StoredMessage<Event>,
  isRejected: boolean,
): FeedItem {
  const { position, id = 0, content } = message;
  if (isRejected || content instanceof Rejection) return { position, id, type: '', bytes: undefined };
  return { position, id, type: content.type, bytes: toBytes(position, toLiveEvent(message, content)) };
}

export function passes({ types, id }: FeedFilter, event: Pick<FeedItem, 'id' | 'type'>): boolean {
  return (id === undefined || id === event.id) && (types === undefined || types.includes(event.type));
}

/** What a client that follows `filter` is sent of the item; undefined: nothing. */
export function bytesFor(filter: FeedFilter, item: FeedItem): Buffer | undefined {
  return passes(filter, item) ? item.bytes : undefined;
}

/** The same Server-Sent Event with other `data`. Made from its text, so that no item has to keep more than that. */
export function reformat(bytes: Buffer, format: FeedFormat): Buffer {
  // What stands there was made from a live event, above.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const event = JSON.parse(
    bytes.toString('utf8', bytes.indexOf(dataField) + dataField.length),
  ) as LiveEvent<DomainEvent>;
  return toBytes(event.position, format(event));
}

const dataField = '\ndata: ';

function toBytes(position: number, data: object): Buffer {
  return Buffer.from(`id: ${position}${dataField}${JSON.stringify(data)}\n\n`);
}
