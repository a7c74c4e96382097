/** An append as the messages that carry it. */

import { headers } from 'nats';
import type { DomainEvent } from '../../domain/decider.ts';
import type { Append } from '../../eventlog/event-store.ts';
import type { OutgoingMessage } from './atomic-batch.ts';
import type { Codec } from './codec.ts';
import * as header from '../connection/headers.ts';
import type { Subjects } from './subjects.ts';

/**
 * One message for each event. The first carries the guard; the last carries the id, so that the id's position is where
 * the whole command has happened.
 */
export function toMessages<Event extends DomainEvent>(
  { id, events, expectedVersion, messageId, commandDigest, traceparent }: Append<Event>,
  { subjects, codec }: { readonly subjects: Subjects; readonly codec: Codec<Event> },
): OutgoingMessage[] {
  return events.map((event, index) => {
    const fields = headers();
    if (index === 0) fields.set(header.expectedSubjectSequenceHeader, String(expectedVersion));
    if (traceparent !== undefined) fields.set(header.traceparentHeader, traceparent);
    if (index === events.length - 1) {
      fields.set(codec.commandDigestHeader, commandDigest);
      fields.set(header.messageIdHeader, messageId);
    }
    return { subject: subjects.of(id), payload: codec.encode(event), fields };
  });
}
