/** A message of the log as a document, and whether it matches a filter. */

import { Buffer, isUtf8 } from 'node:buffer';
import { Rejection, type DomainEvent } from '../../domain/decider.ts';
import type { Id } from '../../domain/entity-id.ts';
import { toTimestamp } from '../../api/responses/documents.ts';
import type { LogEntry } from '../../api/responses/log.ts';
import type { LoggedMessage } from '../../eventlog/event-store.ts';
import type { View } from '../../eventlog/view/view.ts';

export type LogFilter = {
  /** Only events of these types. */
  readonly types?: readonly string[] | undefined;
  /** Only messages of this entity. */
  readonly id?: Id | undefined;
  /** Only messages that this actor has sent. */
  readonly actor?: string | undefined;
  /** Only messages that contain this text, in lower case. */
  readonly text?: string | undefined;
  /** Only rejected messages, or only accepted ones. */
  readonly rejected?: boolean | undefined;
};

/** Why the fold rejected a message whose reason the view does not keep any more. */
const unknownReason = 'the event does not follow from the earlier ones';
/** Maximum length of the payload in a page, in UTF-16 code units: anyone may publish anything. */
const excerptLength = 1000;

/** Returns a function that describes messages that the view has applied. */
export function createLogEntries(view: Pick<View<unknown, DomainEvent>, 'isRejected' | 'rejections'>) {
  const reasons = new Map(view.rejections().map(({ position, reason }) => [position, reason]));

  function reasonOf({ position, content }: LoggedMessage<DomainEvent>['message']): string | undefined {
    if (content instanceof Rejection) return content.reason;
    return view.isRejected(position) ? (reasons.get(position) ?? unknownReason) : undefined;
  }

  return ({ message, payload }: LoggedMessage<DomainEvent>): LogEntry<DomainEvent> => {
    const { position, time, subject, id, messageId, traceparent, actor, content } = message;
    const rejected = reasonOf(message);
    return {
      position,
      time: toTimestamp(time),
      subject,
      ...(id !== undefined && { id }),
      ...(messageId !== undefined && { messageId }),
      ...(traceparent !== undefined && { traceparent }),
      ...(actor !== undefined && { actor }),
      ...(content instanceof Rejection
        ? { payload: textOf(payload).slice(0, excerptLength).toWellFormed() }
        : { event: content }),
      ...(rejected !== undefined && { rejected }),
    };
  };
}

/** The filter by entity is not examined: the store reads only the messages of that entity. */
export function matchesLogFilter(
  { types, actor, text, rejected }: LogFilter,
  entry: LogEntry<DomainEvent>,
): boolean {
  const { event, payload = '' } = entry;
  if (types !== undefined && (event === undefined || !types.includes(event.type))) return false;
  if (actor !== undefined && entry.actor !== actor) return false;
  if (rejected !== undefined && rejected !== (entry.rejected !== undefined)) return false;
  return text === undefined || toText(event, payload).includes(text);
}

function toText(event: DomainEvent | undefined, payload: string): string {
  return (event === undefined ? payload : JSON.stringify(event)).normalize().toLowerCase();
}

/** Invalid UTF-8 is replaced. */
export function textOf(payload: Uint8Array): string {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString();
}

export function encode(payload: Uint8Array): { payload: string; encoding: 'text' | 'base64' } {
  if (isUtf8(payload)) return { payload: textOf(payload), encoding: 'text' };
  return { payload: Buffer.from(payload).toString('base64'), encoding: 'base64' };
}
