import type { JetStreamManager } from '@nats-io/jetstream';
import { describeFields } from '../../api/requests/describe-fields.ts';
import { toTimestamp, type RejectionAnnouncement } from '../../api/responses/documents.ts';
import { tryParseJson } from '../../api/requests/try-parse-json.ts';
import { Rejection, type DomainEvent } from '../../domain/decider.ts';
import type { EventSchema } from '../../domain/event-schema.ts';
import type { RejectedMessage } from '../../eventlog/view/view.ts';
import { messageIdHeader } from '../connection/headers.ts';
import type { Subjects } from '../stream/subjects.ts';

/** Maximum length of a type, in UTF-16 code units: anyone may publish anything. */
const maxTypeLength = 100;

/** Returns a function that describes a rejected message to its publisher. It reads the message again, because views do not keep it. */
export function createDescriber(
  jsm: JetStreamManager,
  stream: string,
  events: EventSchema<DomainEvent>,
  subjects: Subjects,
): (rejected: RejectedMessage) => Promise<RejectionAnnouncement> {
  return async ({ position, time, subject, reason }) => {
    const message = await jsm.streams.getMessage(stream, { seq: position });
    const value = message === null ? undefined : tryParseJson(message.string());
    const type = typeOf(value);
    const messageId = message?.header.get(messageIdHeader) || undefined;
    return {
      position,
      time: toTimestamp(time),
      subject,
      ...(type !== undefined && { type: type.slice(0, maxTypeLength).toWellFormed() }),
      ...(messageId !== undefined && { messageId }),
      reason,
      accepted: describeAccepted(events, subjects, { subject, time, value, type }),
    };
  };
}

/** Returns a function that says what would have been accepted instead of a message with this payload. */
export function describeAcceptedPayload(events: EventSchema<DomainEvent>, subjects: Subjects) {
  return (message: Pick<RejectedMessage, 'subject' | 'time'>, payload: string): string => {
    const value = tryParseJson(payload);
    return describeAccepted(events, subjects, { ...message, value, type: typeOf(value) });
  };
}

function typeOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
    ? value.type
    : undefined;
}

/** Says what would have been accepted on the subject. */
export function describeAccepted(
  events: EventSchema<DomainEvent>,
  subjects: Subjects,
  {
    subject,
    time,
    value,
    type,
  }: Pick<RejectedMessage, 'subject' | 'time'> & {
    readonly value: unknown;
    readonly type: string | undefined;
  },
): string {
  if (subjects.idOf(subject) === undefined)
    return `an event on the subject of one entity, ${subjects.all} with an id (${subjects.idForm})`;
  if (!(events.read(value, time) instanceof Rejection))
    return `an event that follows from the earlier events on ${subject}`;
  const known = type === undefined ? undefined : new Map(Object.entries(events.types)).get(type);
  const types = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(Object.keys(events.types));
  if (known === undefined) return `an event: a JSON object with the "type" ${types}`;
  return `${describeFields(known.schema)}, as AsyncAPI describes ${type}`;
}
