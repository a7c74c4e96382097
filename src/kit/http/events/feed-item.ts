/** A message as a Server-Sent Event. It is serialized once for all clients. */

import { Rejection, type DomainEvent } from '../../domain/decider.ts';
import { toLiveEvent, type LiveEvent } from '../../api/responses/documents.ts';
import type { Id } from '../../domain/entity-id.ts';
import type { StoredMessage } from '../../domain/stored-message.ts';

export type FeedItem = {
  readonly position: number;
  /** The entity's id; 0 if the message belongs to no entity. */
  readonly id: Id;
  readonly type: string;
  /** The Server-Sent Event; undefined for a rejected message. */
  readonly bytes: Buffer | undefined;
};

export type FeedFilter = {
  /** Only events of these types. */
  readonly types?: readonly string[] | undefined;
  /** Only events of this entity. */
  readonly id?: Id | undefined;
};

/** Converts a live event to the `data` of its Server-Sent Event. Chunks are cached per function, so reuse it. */
export type FeedFormat = (event: LiveEvent<DomainEvent>) => object;

export function toFeedItem<Event extends DomainEvent>(
  message: StoredMessage<Event>,
  isRejected: boolean,
): FeedItem {
  const { position, id = 0, content } = message;
  if (isRejected || content instanceof Rejection) return { position, id, type: '', bytes: undefined };
  return { position, id, type: content.type, bytes: toBytes(position, toLiveEvent(message, content)) };
}

export function matchesFilter({ types, id }: FeedFilter, event: Pick<FeedItem, 'id' | 'type'>): boolean {
  return (id === undefined || id === event.id) && (types === undefined || types.includes(event.type));
}

/** Returns the bytes to send to a client with this filter; undefined if the item does not match. */
export function bytesFor(filter: FeedFilter, item: FeedItem): Buffer | undefined {
  return matchesFilter(filter, item) ? item.bytes : undefined;
}

/** Returns the Server-Sent Event with its `data` converted. Parses the serialized event, so that items store nothing else. */
export function reformat(bytes: Buffer, format: FeedFormat): Buffer {
  // `toFeedItem` serialized a live event.
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
