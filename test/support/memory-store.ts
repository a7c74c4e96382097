/** Stored messages and an event store for unit tests, without a broker. */

import type { DomainEvent, Rejection } from '../../src/kit/domain/decider.ts';
import type { StoredMessage } from '../../src/kit/domain/stored-message.ts';
import type { EventStore, HistoryRange } from '../../src/kit/eventlog/event-store.ts';

/** Returns a message of entity 1, stored `position` seconds after the epoch, with these changes. */
export function storedMessage<Event extends DomainEvent>(
  position: number,
  content: Event | Rejection,
  changes: Partial<StoredMessage<Event>> = {},
): StoredMessage<Event> {
  return {
    position,
    time: position * 1000,
    nanoseconds: 0,
    id: 1,
    subject: 'lamps.events.1',
    messageId: undefined,
    commandDigest: undefined,
    content,
    ...changes,
  };
}

/** Reads `messages`, also those that are added to the array later. Other calls fail, except those of `methods`. */
export function createMemoryStore<Event extends DomainEvent>(
  messages: readonly StoredMessage<Event>[],
  methods: Partial<EventStore<Event>> = {},
): EventStore<Event> {
  const fail = () => Promise.reject(new Error('unexpected call'));
  const select = (
    { after = 0, upTo, limit = Infinity }: HistoryRange,
    isIncluded: (message: StoredMessage<Event>) => boolean = () => true,
  ) =>
    messages
      .filter((message) => message.position > after && message.position <= upTo && isIncluded(message))
      .slice(0, limit);
  const lastWith = (isIncluded: (message: StoredMessage<Event>) => boolean) =>
    messages.findLast(isIncluded)?.position ?? 0;
  return {
    append: fail,
    lastPosition: () => Promise.resolve(lastWith(() => true)),
    lastPositionOf: (id) => Promise.resolve(lastWith((message) => message.id === id)),
    leaderPosition: fail,
    currentTime: fail,
    positionAt: (time) => Promise.resolve(lastWith((message) => message.time <= time)),
    read: (position) => Promise.resolve(messages.find((message) => message.position === position)),
    bounds: () => Promise.resolve({ first: messages[0]?.position ?? 0, last: lastWith(() => true) }),
    readAll: (range) => Promise.resolve(select(range)),
    historyOfAnyServer(id, range) {
      const found = select({ ...range, upTo: Infinity }, (message) => message.id === id);
      const end = found.findIndex(({ position }) => position >= range.upTo);
      // A server returns batches: also messages after `upTo`.
      return Promise.resolve(end < 0 ? found : found.slice(0, (Math.floor(end / 250) + 1) * 250));
    },
    readOriginal: fail,
    readLog: ({ id, ...range }) => {
      const found = select(range, (message) => id === undefined || message.id === id);
      const payloadOf = ({ content }: StoredMessage<Event>) => Buffer.from(JSON.stringify(content));
      return Promise.resolve({
        messages: found.map((message) => ({ message, payload: payloadOf(message) })),
        to: found.length < range.limit ? range.upTo : (found.at(-1)?.position ?? range.upTo),
      });
    },
    history: (id, range) => Promise.resolve(select(range, (message) => message.id === id)),
    ...methods,
  };
}
