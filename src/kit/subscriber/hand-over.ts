/** From a stored message to the subscriber's functions. */

import type { Msg } from 'nats';
import { Rejection, type DomainEvent } from '../domain/decider.ts';
import type { Codec, Stored } from '../nats/stream/codec.ts';
import type { SubscribeOptions } from './options.ts';

export type Handed = Pick<Msg, 'subject' | 'data' | 'headers'>;

export type HandOver = {
  /** Gives the message out: `done`; or why it is no event, in which case `refuse` is still to be called. */
  give(message: Handed, stored: Stored): Promise<'done' | Rejection>;
  /** Reports a message that is not handled. */
  refuse(message: Handed, stored: Stored, reason: string, error?: unknown): Promise<void>;
};

const toText = (time: number) => new Date(time).toISOString();

export function createHandOver<Event extends DomainEvent>(
  codec: Codec<Event>,
  { onEvent, onRefused }: Pick<SubscribeOptions<Event>, 'onEvent' | 'onRefused'>,
): HandOver {
  return {
    async give(message, stored) {
      const { content, id, messageId } = codec.decode(message, stored);
      if (content instanceof Rejection) return content;
      // A message whose subject holds no id was rejected by the codec.
      if (id === undefined) return new Rejection('no id');
      const { position, time } = stored;
      await onEvent({
        position,
        time: toText(time),
        id,
        ...(messageId !== undefined && { messageId }),
        event: content,
      });
      return 'done';
    },

    async refuse({ subject }, { position, time }, reason, error) {
      await onRefused?.({ position, time: toText(time), subject, reason }, error);
    },
  };
}

/** What a source of messages is, once it flows. */
export type Following = {
  readonly position: number;
  readonly ended: Promise<void>;
  stop(): void;
};
