import type { Msg } from 'nats';
import { Rejection, type DomainEvent } from '../domain/decider.ts';
import type { Id } from '../domain/entity-id.ts';
import type { Codec, Stored } from '../nats/stream/codec.ts';
import type { SubscribeOptions } from './options.ts';

export type ReceivedMessage = Pick<Msg, 'subject' | 'data' | 'headers'>;

/** Decodes stored messages and calls the subscriber's functions. */
export type EventDispatcher = {
  /** Passes the event to `onEvent`. Returns a Rejection if the message is not a known event; the caller then calls `reject`. */
  dispatch(message: ReceivedMessage, stored: Stored): Promise<'handled' | Rejection>;
  /** Passes a message that was not handled to `onRejected`. */
  reject(message: ReceivedMessage, stored: Stored, reason: string, error?: unknown): Promise<void>;
};

const toTimestamp = (time: number) => new Date(time).toISOString();

export function createEventDispatcher<Event extends DomainEvent>(
  codec: Codec<Event>,
  { onEvent, onRejected }: Pick<SubscribeOptions<Event, Id>, 'onEvent' | 'onRejected'>,
): EventDispatcher {
  return {
    async dispatch(message, stored) {
      const { content, id, messageId } = codec.decode(message, stored);
      if (content instanceof Rejection) return content;
      // Narrows the type: the codec has already rejected a message without an id in its subject.
      if (id === undefined) return new Rejection('no id');
      const { position, time } = stored;
      await onEvent({
        position,
        time: toTimestamp(time),
        id,
        ...(messageId !== undefined && { messageId }),
        event: content,
      });
      return 'handled';
    },

    async reject({ subject }, { position, time }, reason, error) {
      await onRejected?.({ position, time: toTimestamp(time), subject, reason }, error);
    },
  };
}

/** A running delivery of messages to a subscriber. */
export type DeliveryLoop = {
  readonly position: number;
  readonly ended: Promise<void>;
  stop(): void;
};
