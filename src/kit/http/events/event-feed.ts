/**
 * Server-Sent Events feed (WHATWG HTML section 9.2). All clients share one ring buffer of recent events; each client is a
 * cursor into it. A client that falls behind the buffer is fed from the event log, page by page. Events are therefore
 * neither lost nor repeated, and a slow client uses no memory of its own. A client that accepts no data for a whole check
 * interval (5 s) is sent `too-slow` and disconnected.
 */

import type { ServerResponse } from 'node:http';
import { finished, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DomainEvent } from '../../domain/decider.ts';
import type { EventStore, StreamBounds } from '../../eventlog/event-store.ts';
import { Problem } from '../../domain/problem.ts';
import type { View } from '../../eventlog/view/view.ts';
import { chunkBytes, createFeedChunks } from './feed-chunks.ts';
import { toFeedItem, type FeedFilter, type FeedFormat, type FeedItem } from './feed-item.ts';
import {
  closingMessage,
  heartbeat,
  openingMessage,
  resetEvent,
  tooSlowEvent,
  waitingMessage,
} from './sse-format.ts';
import { createEventPages } from './event-pages.ts';
import { findObstacle } from './resumption.ts';
import { createRingBuffer } from './ring-buffer.ts';
import type { SeenEvent } from '../protocol/seen-event.ts';

export type FeedRequest = {
  /** The position to start after; undefined: only new events. */
  readonly after: number | undefined;
  /** An event that the client has received, or whose effect is in the list that it has read. */
  readonly seen?: SeenEvent | undefined;
  readonly filter: FeedFilter;
  /** The format of the `data` fields; undefined: live events as JSON. */
  readonly format?: FeedFormat | undefined;
};

export type EventFeed = {
  /** Number of connected clients. */
  readonly size: number;
  /**
   * Returns a response body that streams the events.
   *
   * @param response the response that sends the body. It is destroyed if the client accepts no data.
   * @throws Problem `unavailable` if the client limit is reached or the feed is closed.
   */
  open(request: FeedRequest, response: ServerResponse): Readable;
  /** Ends all responses. Each client is sent a random reconnection delay, so that they do not reconnect all at once. */
  close(): void;
};

/** How often client progress is checked, in ms. A client that accepted no data in between is disconnected. */
const progressCheckMs = 5_000;
/** Number of progress checks between two heartbeats (15 s), which keep idle connections open. */
const checksPerHeartbeat = 3;
/** Grace period for a disconnected client to read the final event, in ms. */
const disconnectGraceMs = 10_000;
/** Shorter grace period during shutdown, in ms. */
const shutdownGraceMs = 500;
/** Delay before the event log is read again if it was unavailable, in ms. */
const retryMs = 500;

type Client = {
  readonly filter: FeedFilter;
  readonly format: FeedFormat | undefined;
  readonly output: Readable;
  readonly response: ServerResponse;
  /** Last position sent or filtered out. If this replica lags, it may be beyond the position of the view. */
  position: number;
  /** False while the output buffer is full. */
  isWritable: boolean;
  /** Whether data was read from or added to the output buffer since the last progress check. */
  madeProgress: boolean;
  isDisconnecting: boolean;
  /** Called when the output becomes writable again, or the client disconnects. */
  resume: () => void;
};

export function createEventFeed<State, Event extends DomainEvent>(
  view: View<State, Event>,
  store: EventStore<Event>,
  maxClients: number,
): EventFeed {
  const recent = createRingBuffer(view.position);
  const pages = createEventPages(view, store);
  const chunks = createFeedChunks();
  const clients = new Set<Client>();
  /** Clients that are served from the ring buffer. The others are catching up or disconnecting. */
  const live = new Set<Client>();
  let scheduledDelivery: NodeJS.Immediate | undefined;
  let progressChecks = 0;
  let isClosed = false;

  const unsubscribe = view.subscribe((message, rejection) => {
    recent.add(toFeedItem(message, rejection !== undefined));
    // One delivery for all messages of an event loop turn, so that batches grow with the load.
    if (live.size > 0) scheduledDelivery ??= setImmediate(deliverToAll);
  });
  const progressTimer = setInterval(() => {
    progressChecks += 1;
    for (const client of clients) {
      if (client.isDisconnecting) continue;
      if (!client.isWritable && !client.madeProgress) disconnectSlowClient(client);
      else if (client.isWritable && progressChecks % checksPerHeartbeat === 0)
        send(client, heartbeatOf(client));
      client.madeProgress = false;
    }
  }, progressCheckMs);

  /**
   * Returns a heartbeat with the position to resume at. A position that this replica has not applied is not confirmed,
   * because it may belong to another stream.
   */
  function heartbeatOf({ position }: Client): string {
    return position > view.position ? waitingMessage() : heartbeat(position);
  }

  function deliverToAll() {
    scheduledDelivery = undefined;
    for (const client of live) deliver(client);
  }

  /** Sends buffered events to a live client until it has them all or its output is full. */
  function deliver(client: Client) {
    if (client.position < recent.since) {
      // The buffer dropped events that the client has not been sent; they are read from the event log.
      live.delete(client);
      void catchUp(client);
      return;
    }
    let index = recent.indexAfter(client.position);
    while (client.isWritable && index < recent.items.length) index = sendChunk(client, recent.items, index);
  }

  /** Sends one chunk of the items that match the client's filter. Returns the index of the first item after the chunk. */
  function sendChunk(client: Client, items: readonly FeedItem[], start: number): number {
    const chunk = chunks.from(items, start, client.filter, client.format);
    if (chunk === undefined) return items.length;
    client.position = chunk.position;
    if (chunk.bytes !== undefined) send(client, chunk.bytes);
    return start + chunk.count;
  }

  /** Sends events from the event log, as fast as the client reads them, until the ring buffer has the next one. */
  async function catchUp(client: Client) {
    while (!client.isDisconnecting && client.position < recent.since) {
      const page = await pages.read(client.position, recent.since).catch(() => undefined);
      if (page === undefined) await sleep(retryMs);
      let index = 0;
      while (page !== undefined && index < page.items.length) {
        if (!client.isWritable) await new Promise<void>((resolve) => (client.resume = resolve));
        if (client.isDisconnecting) return;
        index = sendChunk(client, page.items, index);
      }
      client.position = Math.max(client.position, page?.end ?? 0);
    }
    if (client.isDisconnecting) return;
    // No `await` since the loop condition was checked: the buffer still has the next event.
    live.add(client);
    deliver(client);
  }

  /** Sends `reset` if the client cannot continue at its position. */
  async function checkStart(client: Client, seen: SeenEvent | undefined) {
    const isBuffered = () => client.position >= recent.since && client.position <= view.position;
    while (seen !== undefined || !isBuffered()) {
      const request = { view, store, after: client.position, seen, isBuffered: isBuffered() };
      const bounds = await findObstacle(request).catch(() => 'unavailable' as const);
      if (client.isDisconnecting) return;
      if (bounds !== 'unavailable') {
        if (bounds !== undefined) sendReset(client, bounds);
        return;
      }
      await sleep(retryMs);
    }
  }

  /**
   * Moves the client to the current position. The events in between cannot be sent, but a list read at this position or
   * later, on any replica, includes their effects.
   */
  function sendReset(client: Client, bounds: StreamBounds) {
    const asked = client.position;
    client.position = view.position;
    send(client, resetEvent({ asked, position: client.position, ...bounds }));
  }

  function disconnectSlowClient(client: Client) {
    disconnect(client, tooSlowEvent(client.position), disconnectGraceMs);
  }

  /** Ends the response with `finalMessage`. Destroys the connection after `graceMs`, even if the client has not read it. */
  function disconnect(client: Client, finalMessage: string, graceMs: number) {
    if (!client.isDisconnecting) {
      stopDelivery(client);
      send(client, finalMessage);
      client.output.push(null);
    }
    setTimeout(() => client.response.destroy(), graceMs);
  }

  function stopDelivery(client: Client) {
    client.isDisconnecting = true;
    live.delete(client);
    client.resume();
  }

  return {
    get size() {
      return clients.size;
    },

    open({ after, seen, filter, format }, response) {
      if (isClosed) throw new Problem('unavailable', 'The service is stopping.');
      if (clients.size >= maxClients) {
        const detail = `Too many clients are subscribed to the live events (limit ${maxClients}). Retry later.`;
        throw new Problem('unavailable', detail);
      }
      const output = new Readable({
        highWaterMark: chunkBytes,
        read() {
          client.isWritable = true;
          client.madeProgress = true;
          client.resume();
          if (live.has(client)) deliver(client);
        },
      });
      const client: Client = {
        filter,
        format,
        output,
        response,
        position: after ?? view.position,
        isWritable: true,
        madeProgress: true,
        isDisconnecting: false,
        resume: () => undefined,
      };
      clients.add(client);
      output.once('close', () => stopDelivery(client));
      finished(response, () => {
        output.destroy();
        clients.delete(client);
      });
      send(client, openingMessage(heartbeatOf(client)));
      void checkStart(client, seen).then(() => catchUp(client));
      return output;
    },

    close() {
      isClosed = true;
      unsubscribe();
      clearInterval(progressTimer);
      for (const client of clients) disconnect(client, closingMessage(), shutdownGraceMs);
    },
  };
}

function send(client: Client, text: string | Buffer): void {
  client.isWritable = client.output.push(text);
  client.madeProgress = true;
}
