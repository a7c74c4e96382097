/** Reads pages of the event log with the payloads of the messages. */

import type { DomainEvent } from '../../domain/decider.ts';
import type { LogPage, LogRange } from '../../eventlog/event-store.ts';
import { readDirect, type DirectReadOptions } from './direct-read.ts';

/** No further batch is read for a page once its payloads have as many bytes. */
const maxPageBytes = 4 * 1024 * 1024;

export type LogPageOptions<Event extends DomainEvent> = Pick<
  DirectReadOptions<Event>,
  'connection' | 'stream' | 'codec' | 'subject' | 'timeoutMs'
>;

/** Reads the page from any server; undefined if none responds, or the one that does has not all messages up to `range.known`. */
export async function readPageOfAnyServer<Event extends DomainEvent>(
  options: LogPageOptions<Event>,
  range: LogRange,
): Promise<LogPage<Event> | undefined> {
  const { after, upTo, limit, known } = range;
  if (upTo <= after) return { messages: [], to: upTo };
  // The client would keep the request for a reconnect.
  if (!options.connection.isUp) return undefined;
  const read = await readDirect({ ...options, after, upTo, limit, maxBytes: maxPageBytes }).catch(
    () => undefined,
  );
  if (read === undefined) return undefined;
  const last = read.messages.at(-1)?.message.position ?? 0;
  // A server that has a message has all earlier ones.
  if (read.isLast && last < Math.min(upTo, known) && known > after) return undefined;
  const messages = read.messages.filter(({ message }) => message.position <= upTo);
  return { messages, to: read.isLast || last >= upTo ? upTo : last };
}
