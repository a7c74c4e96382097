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
  return events.map((event, index) => ({
    subject: subjects.of(id),
    payload: codec.encode(event),
    fields: {
      ...(index === 0 && { [header.expectedSubjectSequenceHeader]: String(expectedVersion) }),
      ...(traceparent !== undefined && { [header.traceparentHeader]: traceparent }),
      ...(actor !== undefined && { [codec.actorHeader]: actor }),
      ...(version !== undefined && { [codec.versionHeader]: version }),
      ...(index === events.length - 1 && {
        [codec.commandDigestHeader]: commandDigest,
        [header.messageIdHeader]: messageId,
      }),
    },
  }));
}
