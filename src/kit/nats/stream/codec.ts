/** Converts between stored messages and events. */

import { Buffer, isUtf8 } from 'node:buffer';
import { Rejection, type DomainEvent } from '../../domain/decider.ts';
import type { Id } from '../../domain/entity-id.ts';
import type { EventSchema } from '../../domain/event-schema.ts';
import { defaultProduct, type Product } from '../../domain/product.ts';
import type { MessageIdentity, StoredMessage } from '../../domain/stored-message.ts';
import { parseTraceparent } from '../../api/events/trace-context.ts';
import { messageIdHeader, traceparentHeader } from '../connection/headers.ts';
import { createHeaderReader } from './raw-headers.ts';
import type { Subjects } from './subjects.ts';

/** Maximum length of a version, in UTF-16 code units. */
const maxVersionLength = 64;

/** Position and time of a stored message. */
export type Stored = Pick<MessageIdentity, 'position' | 'time' | 'nanoseconds'>;

export type Codec<Event extends DomainEvent> = {
  /** Name of the header that contains the digest of the command. */
  readonly commandDigestHeader: string;
  /** Name of the header that contains who sent the command. */
  readonly actorHeader: string;
  /** Name of the header that contains the version of the service that appended the event. */
  readonly versionHeader: string;
  encode(event: Event): string;
  /** Never throws. The content of a message that is not a valid event is a `Rejection` with a reason. */
  decode(message: Parameters<typeof createHeaderReader>[0], stored: Stored): StoredMessage<Event>;
};

export function createCodec<Event extends DomainEvent>(
  schema: EventSchema<Event>,
  subjects: Subjects,
  {
    commandDigestHeader,
    actorHeader,
    versionHeader,
  }: Pick<Product, 'commandDigestHeader' | 'actorHeader' | 'versionHeader'> = defaultProduct,
): Codec<Event> {
  function read(id: Id | undefined, data: Uint8Array, time: number): Event | Rejection {
    if (id === undefined) return new Rejection(`the subject does not end in an id (${subjects.idForm})`);
    if (!isUtf8(data)) return new Rejection('not UTF-8');
    let value: unknown;
    try {
      value = JSON.parse(toBuffer(data).toString());
    } catch {
      // The parser's message differs between Node.js versions, but all replicas have to report the same reason.
      return new Rejection('not JSON');
    }
    return schema.read(value, time);
  }

  return {
    commandDigestHeader,
    actorHeader,
    versionHeader,

    encode: (event) => JSON.stringify(schema.write(event)),

    decode(message, { position, time, nanoseconds }) {
      const { subject, data } = message;
      const id = subjects.idOf(subject);
      const readHeader = createHeaderReader(message, data);
      return {
        position,
        time,
        nanoseconds,
        id,
        subject,
        messageId: readHeader(messageIdHeader) || undefined,
        commandDigest: readHeader(commandDigestHeader) || undefined,
        traceparent: parseTraceparent(readHeader(traceparentHeader)),
        actor: readHeader(actorHeader) || undefined,
        version: readVersion(readHeader(versionHeader)),
        content: read(id, data, time),
      };
    },
  };
}

/** Anyone may publish events, so a version can be any text: one that is not short is ignored. */
function readVersion(text: string | undefined): string | undefined {
  return text === undefined || text === '' || text.length > maxVersionLength ? undefined : text;
}

/** Usually, the client provides a `Buffer`. */
function toBuffer(data: Uint8Array): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
