/** A Server-Sent Events client that retains everything it receives and can pause reading. */

import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** The fields between two empty lines. */
export type Block = {
  readonly event: string;
  readonly id: number | undefined;
  readonly data: string | undefined;
  readonly retry: number | undefined;
  readonly comments: readonly string[];
  /** Time of arrival, in ms of `performance.now()`. */
  readonly time: number;
};

export type EventStream = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** All blocks received so far. */
  readonly blocks: readonly Block[];
  /** Positions of the domain events received so far. */
  readonly positions: readonly number[];
  /** Last received id: a browser sends it as `Last-Event-ID` when it reconnects. */
  readonly lastId: number | undefined;
  /** `ended` after a complete response, `cut off` after an aborted one; undefined while the stream is open. */
  readonly ending: 'ended' | 'cut off' | undefined;
  /** Resolves with the first block for which `matches` returns true, whether already received or not. */
  next(matches: (block: Block) => boolean, timeoutMs?: number): Promise<Block>;
  /** Resolves when the domain event at `position` has been received. */
  reached(position: number, timeoutMs?: number): Promise<void>;
  /** Resolves when the stream has ended. */
  ended(timeoutMs?: number): Promise<void>;
  /** Stops reading from the connection. */
  pause(): void;
  resume(): void;
  /** Closes the connection. */
  close(): void;
};

/** Resolves when the response headers have been received. */
export async function openEventStream(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventStream> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).once('error', reject);
  });
  const blocks: Block[] = [];
  const positions: number[] = [];
  let rest = '';
  let ending: EventStream['ending'];
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    const parts = (rest + text).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const block = parseBlock(part);
      blocks.push(block);
      if (block.event === 'message' && block.id !== undefined && block.data !== undefined)
        positions.push(block.id);
    }
  });
  response.once('end', () => (ending = 'ended'));
  response.once('error', () => (ending ??= 'cut off'));

  async function until<T>(awaited: string, find: () => T | undefined, timeoutMs = 15_000): Promise<T> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (performance.now() > deadline) {
        throw new Error(`${awaited} not received within ${timeoutMs} ms; last position ${positions.at(-1)}`);
      }
      await sleep(5);
    }
  }

  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    blocks,
    positions,
    get lastId() {
      return blocks.findLast(({ id }) => id !== undefined)?.id;
    },
    get ending() {
      return ending;
    },
    next: (matches, timeoutMs) => until('the block', () => blocks.find(matches), timeoutMs),
    async reached(position, timeoutMs) {
      await until(`event ${position}`, () => (positions.at(-1) ?? 0) >= position || undefined, timeoutMs);
    },
    async ended(timeoutMs) {
      await until('the end of the stream', () => ending, timeoutMs);
    },
    pause: () => response.pause(),
    resume: () => response.resume(),
    close: () => response.destroy(),
  };
}

function parseBlock(text: string): Block {
  const fields = text.split('\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const;
  });
  const valueOf = (name: string) => fields.findLast(([field]) => field === name)?.[1];
  const numberOf = (name: string) => {
    const value = valueOf(name);
    return value === undefined ? undefined : Number(value);
  };
  return {
    event: valueOf('event') ?? 'message',
    id: numberOf('id'),
    data: valueOf('data'),
    retry: numberOf('retry'),
    comments: fields.filter(([field]) => field === '').map(([, comment]) => comment),
    time: performance.now(),
  };
}
