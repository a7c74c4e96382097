/** A client of Server-Sent Events for tests: it keeps all that it is sent, and reads only as fast as the test wants. */

import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What stands between two empty lines. */
export type Block = {
  readonly event: string;
  readonly id: number | undefined;
  readonly data: string | undefined;
  readonly retry: number | undefined;
  readonly comments: readonly string[];
  /** When it came, in milliseconds of `performance.now()`. */
  readonly time: number;
};

export type EventStream = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Everything so far. */
  readonly blocks: readonly Block[];
  /** The positions of the domain events so far. */
  readonly positions: readonly number[];
  /** The last id so far, as a browser would send it when it comes back. */
  readonly lastId: number | undefined;
  /** How it ended: properly, or cut off in the middle; undefined while it goes on. */
  readonly ending: 'ended' | 'cut off' | undefined;
  /** Resolves with the first block, of those that came already as well, that passes. */
  next(passes: (block: Block) => boolean, timeoutMs?: number): Promise<Block>;
  /** Resolves once the domain event at `position` is here. */
  reached(position: number, timeoutMs?: number): Promise<void>;
  /** Resolves once it has ended. */
  ended(timeoutMs?: number): Promise<void>;
  /** Reads nothing any more. */
  pause(): void;
  resume(): void;
  /** Ends the connection from this side. */
  close(): void;
};

/** Resolves as soon as the headers are here. */
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

  async function until<T>(what: string, find: () => T | undefined, timeoutMs = 15_000): Promise<T> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (performance.now() > deadline) {
        throw new Error(`${what} did not come within ${timeoutMs} ms; the last was ${positions.at(-1)}`);
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
    next: (passes, timeoutMs) => until('the block', () => blocks.find(passes), timeoutMs),
    async reached(position, timeoutMs) {
      await until(`event ${position}`, () => (positions.at(-1) ?? 0) >= position || undefined, timeoutMs);
    },
    async ended(timeoutMs) {
      await until('the end', () => ending, timeoutMs);
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
