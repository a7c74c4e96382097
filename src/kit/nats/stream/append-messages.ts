import { headers } from 'nats';
import type { DomainEvent } from '../../domain/decider.ts';
import type { Append } from '../../eventlog/event-store.ts';
import type { OutgoingMessage } from './atomic-batch.ts';
import type { Codec } from './codec.ts';
import * as header from '../connection/headers.ts';
import type { Subjects } from './subjects.ts';

/**
 * Converts an append to messages, one per event. The first message carries the expected version. The last one carries
 * the message id, so that the position of the id is the position after the whole command.
 */
export function toMessages<Event extends DomainEvent>(
  { id, events, expectedVersion, messageId, commandDigest, traceparent, actor }: Append<Event>,
  {
    subjects,
    codec,
    version,
  }: { readonly subjects: Subjects; readonly codec: Codec<Event>; readonly version?: string | undefined },
): OutgoingMessage[] {
  return events.map((event, index) => {
    const fields = headers();
    if (index === 0) fields.set(header.expectedSubjectSequenceHeader, String(expectedVersion));
    if (traceparent !== undefined) fields.set(header.traceparentHeader, traceparent);
    if (actor !== undefined) fields.set(codec.actorHeader, actor);
    if (version !== undefined) fields.set(codec.versionHeader, version);
    if (index === events.length - 1) {
      fields.set(codec.commandDigestHeader, commandDigest);
      fields.set(header.messageIdHeader, messageId);
    }
    return { subject: subjects.of(id), payload: codec.encode(event), fields };
  });
}
