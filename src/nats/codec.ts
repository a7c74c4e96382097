/** Between bytes on the wire and events: the only place where a message becomes an event or a rejection. */

import { Buffer, isUtf8 } from 'node:buffer';
import type { Msg } from 'nats';
import { Rejection, type DomainEvent } from '../core/decider.ts';
import type { EventSchema } from '../core/event-schema.ts';
import type { StoredMessage } from '../core/event-store.ts';
import { readTraceparent } from '../core/trace-context.ts';
import { commandDigestHeader, messageIdHeader, traceparentHeader } from './headers.ts';
import type { Subjects } from './subjects.ts';

/** Where and when the broker stored a message. */
export type Stored = { readonly position: number; readonly time: number };

export type Codec<Event extends DomainEvent> = {
  encode(event: Event): string;
  /** Never throws: what is no event becomes a rejection with its reason. */
  decode(message: Pick<Msg, 'subject' | 'data' | 'headers'>, stored: Stored): StoredMessage<Event>;
};

export function createCodec<Event extends DomainEvent>(
  schema: EventSchema<Event>,
  subjects: Subjects,
): Codec<Event> {
  function read(id: number | undefined, data: Uint8Array): Event | Rejection {
    if (id === undefined) return new Rejection('the subject does not end in an id (1, 2, 3 …)');
    if (!isUtf8(data)) return new Rejection('not UTF-8');
    let value: unknown;
    try {
      value = JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString());
    } catch {
      // The parser's own words differ between versions of Node; replicas have to agree.
      return new Rejection('not JSON');
    }
    return schema.read(value);
  }

  return {
    encode: (event) => JSON.stringify(schema.write(event)),

    decode({ subject, data, headers }, { position, time }) {
      const id = subjects.idOf(subject);
      return {
        position,
        time,
        id,
        subject,
        messageId: copyText(headers?.get(messageIdHeader)) || undefined,
        commandDigest: headers?.get(commandDigestHeader) || undefined,
        traceparent: readTraceparent(headers?.get(traceparentHeader)),
        content: read(id, data),
      };
    },
  };
}

/**
 * The view remembers ids for long, and the client's headers are slices of one string: without a copy, each id would
 * hold all the headers of its message, which may be 64 KiB.
 */
function copyText(text = ''): string {
  return Buffer.from(text).toString();
}
