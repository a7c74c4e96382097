/**
 * The live events of a service, for any number of clients (Server-Sent Events, WHATWG HTML section 9.2). One tail feeds
 * all: the newest messages are kept once, and a client is only a position in them. What its connection does not take
 * waits there, or in the log, never in a buffer of its own; so nothing is lost or repeated between the two, and a slow
 * client costs no memory. One whose connection takes nothing at all is cut off and told.
 */

import type { ServerResponse } from 'node:http';
import { finished, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DomainEvent } from '../../domain/decider.ts';
import type { EventStore } from '../../eventlog/event-store.ts';
import { Problem } from '../../domain/problem.ts';
import type { View } from '../../eventlog/view.ts';
import { chunkBytes, createFeedChunks } from './feed-chunks.ts';
import { toFeedItem, type FeedFilter, type FeedFormat, type FeedItem } from './feed-item.ts';
import { greet, heartbeat, sayGoodbye, tellReset, tellTooSlow } from './sse-format.ts';
import { createEventPages } from './event-pages.ts';
import { createRingBuffer } from './ring-buffer.ts';

export type FollowRequest = {
  /** Begin after this position; undefined: with what comes. */
  readonly after: number | undefined;
  readonly filter: FeedFilter;
  /** What the `data` of an event looks like; undefined: as usual. */
  readonly format?: FeedFormat | undefined;
};

export type EventFeed = {
  /** How many clients are connected. */
  readonly size: number;
  /**
   * The body of an answer that follows the events.
   *
   * @param response what the body is sent with; it is destroyed when it takes nothing.
   * @throws Problem `unavailable` when there are too many clients.
   */
  open(request: FollowRequest, response: ServerResponse): Readable;
  /** Asks every client to come back, each after another moment, and ends its answer. */
  close(): void;
};

/** A client is looked at this often, in milliseconds; one that took nothing in all that time is too slow. */
const pulseMs = 5_000;
/** After this many pulses, 15 s, a silent connection gets a comment that keeps it open. */
const heartbeatPulses = 3;
/** Milliseconds in which a client that was cut off may still read what it is told. */
const farewellMs = 10_000;
/** The same when the service ends, which has little time. */
const closingMs = 500;
/** Milliseconds before the log is asked again when it did not answer, or did not know a position yet. */
const retryMs = 500;
/** Milliseconds after which a position that the stream does not have is gone: a new leader may lag at first. */
const goneAfterMs = 5_000;

type Client = {
  readonly filter: FeedFilter;
  readonly format: FeedFormat | undefined;
  readonly output: Readable;
  readonly response: ServerResponse;
  /** Everything up to here was sent to it, or is not for it. */
  position: number;
  /** Whether its connection takes more. */
  isHungry: boolean;
  /** Whether its connection has taken something since the last pulse, or was given something to take. */
  hasTaken: boolean;
  isLeaving: boolean;
  /** Called when its connection takes more again, or it leaves. */
  wake: () => void;
};

export function createEventFeed<State, Event extends DomainEvent>(
  view: View<State, Event>,
  store: EventStore<Event>,
  maxClients: number,
): EventFeed {
  const newest = createRingBuffer(view.position);
  const pages = createEventPages(view, store);
  const chunks = createFeedChunks();
  const clients = new Set<Client>();
  /** Those that have seen what there is and wait for more; the others are still catching up, or leave. */
  const live = new Set<Client>();
  let serving: NodeJS.Immediate | undefined;
  let pulses = 0;
  let isClosed = false;

  const unsubscribe = view.subscribe((message, rejection) => {
    newest.add(toFeedItem(message, rejection !== undefined));
    // Once for all that came together: the more there is to do, the more is done at once.
    if (live.size > 0) serving ??= setImmediate(serveAll);
  });
  const pulse = setInterval(() => {
    pulses += 1;
    for (const client of clients) {
      if (client.isLeaving) continue;
      if (!client.isHungry && !client.hasTaken) leave(client, tellTooSlow(client.position), farewellMs);
      else if (client.isHungry && pulses % heartbeatPulses === 0) send(client, heartbeat(client.position));
      client.hasTaken = false;
    }
  }, pulseMs);

  function serveAll() {
    serving = undefined;
    for (const client of live) serve(client);
  }

  /** Sends a live client what it has not seen, as far as its connection takes it. */
  function serve(client: Client) {
    if (client.position < newest.since) {
      // More came than is kept while its connection was busy: the log has it.
      live.delete(client);
      void catchUp(client);
      return;
    }
    let index = newest.indexAfter(client.position);
    while (client.isHungry && index < newest.items.length) index = sendFrom(client, newest.items, index);
  }

  /** Sends a chunk of what passes the client's filter; returns the index of the first item that was not looked at. */
  function sendFrom(client: Client, items: readonly FeedItem[], start: number): number {
    const chunk = chunks.from(items, start, client.filter, client.format);
    if (chunk === undefined) return items.length;
    client.position = chunk.position;
    if (chunk.bytes !== undefined) send(client, chunk.bytes);
    return start + chunk.count;
  }

  /** Leads a client to where the others are, at the pace of its connection. */
  async function catchUp(client: Client) {
    while (!client.isLeaving && client.position < newest.since) {
      const page = await pages.read(client.position, newest.since).catch(() => undefined);
      if (page === undefined) await sleep(retryMs);
      let index = 0;
      while (page !== undefined && index < page.items.length) {
        if (!client.isHungry) await new Promise<void>((resolve) => (client.wake = resolve));
        if (client.isLeaving) return;
        index = sendFrom(client, page.items, index);
      }
      client.position = Math.max(client.position, page?.end ?? 0);
    }
    if (client.isLeaving) return;
    // Between the last look at `newest` and this line nothing can have come.
    live.add(client);
    serve(client);
  }

  /** Finds out whether the stream has what comes after the client's position; tells the client when it has not. */
  async function locate(client: Client) {
    let unknownSince: number | undefined;
    while (client.position < newest.since || client.position > view.position) {
      const bounds = await pages.readBounds().catch(() => undefined);
      if (client.isLeaving) return;
      if (bounds !== undefined) {
        if (client.position + 1 < bounds.first) return reset(client, bounds);
        if (client.position <= bounds.last) return;
        unknownSince ??= Date.now();
        if (Date.now() - unknownSince > goneAfterMs) return reset(client, bounds);
      }
      await sleep(retryMs);
    }
  }

  /** A list read from now on, here or anywhere at this position, shows what the client cannot be sent. */
  function reset(client: Client, bounds: { readonly first: number; readonly last: number }) {
    const asked = client.position;
    client.position = view.position;
    send(client, tellReset({ asked, position: client.position, ...bounds }));
  }

  /** Ends the answer of a client, and its connection after `timeMs`, whether it has read the last words or not. */
  function leave(client: Client, lastWords: string, timeMs: number) {
    if (!client.isLeaving) {
      forget(client);
      send(client, lastWords);
      client.output.push(null);
    }
    setTimeout(() => client.response.destroy(), timeMs);
  }

  function forget(client: Client) {
    client.isLeaving = true;
    live.delete(client);
    client.wake();
  }

  return {
    get size() {
      return clients.size;
    },

    open({ after, filter, format }, response) {
      if (isClosed) throw new Problem('unavailable', 'The service is stopping.');
      if (clients.size >= maxClients) throw new Problem('unavailable', 'Too many clients follow the events.');
      const output = new Readable({
        highWaterMark: chunkBytes,
        read() {
          client.isHungry = true;
          client.hasTaken = true;
          client.wake();
          if (live.has(client)) serve(client);
        },
      });
      const client: Client = {
        filter,
        format,
        output,
        response,
        position: after ?? view.position,
        isHungry: true,
        hasTaken: true,
        isLeaving: false,
        wake: () => undefined,
      };
      clients.add(client);
      output.once('close', () => forget(client));
      finished(response, () => {
        output.destroy();
        clients.delete(client);
      });
      send(client, greet(client.position));
      void locate(client).then(() => catchUp(client));
      return output;
    },

    close() {
      isClosed = true;
      unsubscribe();
      clearInterval(pulse);
      for (const client of clients) leave(client, sayGoodbye(), closingMs);
    },
  };
}

function send(client: Client, text: string | Buffer): void {
  client.isHungry = client.output.push(text);
  client.hasTaken = true;
}
