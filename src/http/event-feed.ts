/**
 * The live events of a service, for any number of clients (Server-Sent Events, WHATWG HTML section 9.2). One tail feeds
 * all: an event is turned into text once. A client resumes after the last event that it has seen; one that reads
 * slower than events come is cut off and told, and resumes in the same way.
 */

import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { Rejection, type DomainEvent } from '../core/decider.ts';
import type { EventStore, StoredMessage } from '../core/event-store.ts';
import { Problem } from '../core/problem.ts';
import type { View } from '../core/view.ts';

export type FeedFilter = {
  /** Only events of these types. */
  readonly types?: readonly string[] | undefined;
  /** Only events of this entity. */
  readonly id?: number | undefined;
};

export type EventFeed = {
  /** How many clients there are. */
  readonly size: number;
  /**
   * Everything after `after` that passes the filter, and what comes; without `after` only what comes.
   *
   * @throws Problem `unavailable` when there are too many clients.
   */
  open(after: number | undefined, filter: FeedFilter): PassThrough;
  /** Asks every client to come back, each after another moment, and ends its stream. */
  close(): void;
};

/** How many of the newest messages are kept as text, for clients that were gone for a moment. */
const keptMessages = 1024;
/** How many messages are read from the log at once for a client that was gone for longer. */
const pageSize = 1000;
/** Bytes that may wait for one client before it counts as too slow. */
const maxWaitingBytes = 1024 * 1024;
/** Milliseconds between two comments that keep a silent connection open. */
const heartbeatMs = 15_000;
/** Milliseconds in which a client that was cut off may still read what it is told. */
const farewellMs = 5_000;

type Item = {
  readonly position: number;
  readonly id: number;
  readonly type: string;
  readonly text: string | undefined;
};

type Client = { readonly output: PassThrough; readonly filter: FeedFilter };

export function createEventFeed<State, Event extends DomainEvent>(
  view: View<State, Event>,
  store: EventStore<Event>,
  maxClients: number,
): EventFeed {
  /** Clients that have seen everything and wait for more. */
  const live = new Set<Client>();
  /** All clients, those that are catching up included. */
  const clients = new Set<Client>();
  const newest: Item[] = [];
  /** The newest item that is not kept any more stands here. */
  let forgotten = view.position;

  const unsubscribe = view.subscribe((message) => {
    const item = toItem(message, view.isRejected(message.position));
    newest.push(item);
    if (newest.length > keptMessages) forgotten = newest.shift()?.position ?? forgotten;
    for (const client of live) send(client, item);
  });
  const heartbeat = setInterval(() => {
    for (const { output } of live) output.write(': still here\n\n');
  }, heartbeatMs);

  function send(client: Client, { text, type, id }: Item) {
    const { output, filter } = client;
    if (text === undefined || (filter.id !== undefined && filter.id !== id)) return;
    if (filter.types !== undefined && !filter.types.includes(type)) return;
    output.write(text);
    if (output.writableLength > maxWaitingBytes) cutOff(client);
  }

  function cutOff(client: Client) {
    live.delete(client);
    client.output.end('event: too-slow\ndata: you read slower than events come; resume at Last-Event-ID\n\n');
    setTimeout(() => client.output.destroy(), farewellMs).unref();
  }

  /** The messages after `position`: kept ones, or the next page of the log. */
  async function readAfter(position: number): Promise<Item[]> {
    if (position >= forgotten) return newest.filter((item) => item.position > position);
    const page = await store.readAll({ after: position, upTo: forgotten, limit: pageSize });
    return page.map((message) => toItem(message, view.isRejected(message.position)));
  }

  /** Gives the client what it has missed, as fast as it reads, and then lets it wait for more. */
  async function catchUp(client: Client, after: number) {
    const { output } = client;
    const [first, last] = await Promise.all([store.firstPosition(), store.lastPosition()]);
    let position = after;
    if (after + 1 < first || after > last) {
      output.write(`event: reset\ndata: {"asked":${after},"first":${first},"last":${last}}\n\n`);
      position = last;
    }
    for (;;) {
      if (output.destroyed) return;
      const items = position >= view.position ? [] : await readAfter(position);
      const end = items.at(-1)?.position;
      if (end === undefined) {
        // Nothing is missing at this very moment, and from now on nothing will be.
        live.add(client);
        return;
      }
      position = end;
      for (const item of items) send(client, item);
      if (output.writableNeedDrain) await once(output, 'drain');
    }
  }

  return {
    get size() {
      return clients.size;
    },

    open(after, filter) {
      if (clients.size >= maxClients) throw new Problem('unavailable', 'Too many clients follow the events.');
      const output = new PassThrough();
      const client = { output, filter };
      clients.add(client);
      output.once('close', () => {
        clients.delete(client);
        live.delete(client);
      });
      output.write(': the events of this service; id is the position\n\n');
      if (after === undefined) live.add(client);
      else catchUp(client, after).catch(() => output.destroy());
      return output;
    },

    close() {
      unsubscribe();
      clearInterval(heartbeat);
      for (const { output } of clients) {
        output.end(`retry: ${Math.round(500 + Math.random() * 2500)}\n\n`);
      }
    },
  };
}

function toItem<Event extends DomainEvent>(message: StoredMessage<Event>, isRejected: boolean): Item {
  const { position, id = 0, time, messageId, content } = message;
  if (isRejected || content instanceof Rejection) return { position, id, type: '', text: undefined };
  const data = JSON.stringify({
    position,
    time: new Date(time).toISOString(),
    id,
    messageId,
    event: content,
  });
  return { position, id, type: content.type, text: `id: ${position}\ndata: ${data}\n\n` };
}
