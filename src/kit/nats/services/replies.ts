/** Replies that fit into one message: the broker rejects a message that is larger than its `max_payload`. */

import type { NatsConnection } from 'nats';
import { toProblemDocument } from '../../api/responses/problem-document.ts';
import type { NextPage } from '../../api/requests/sorting.ts';
import type { Id } from '../../domain/entity-id.ts';
import { Problem } from '../../domain/problem.ts';

export type Reply = {
  /** `Stream-Position`: of a query, the applied position; of a command, the position of its last event. */
  readonly position: number;
  /** The body as JSON. */
  readonly text: string;
  /** `Age`: seconds for which a query's stream has not been read; undefined while it is. */
  readonly age?: number | undefined;
};

/** The broker counts the headers of a message as part of its payload. This many bytes are reserved for them. */
const reservedHeaderBytes = 512;
/** The broker's default, in bytes. */
const defaultMaxPayload = 1024 * 1024;

/** Returns the maximum size of a body on this connection, in bytes. It may change when the client reconnects. */
export function maxReplyBytes({ info }: Pick<NatsConnection, 'info'>): number {
  return (info?.max_payload ?? defaultMaxPayload) - reservedHeaderBytes;
}

export type PageOptions<Item> = {
  readonly position: number;
  readonly age: number | undefined;
  /** Field of the items in the body: `laptops`. */
  readonly field: string;
  /** Up to `limit` items, and one more if there is a next page. */
  readonly found: readonly Item[];
  readonly limit: number;
  readonly maxBytes: number;
  /** Returns an item as JSON. */
  toText(item: Item): string;
  /** Returns where the page after an item begins. Default: after its id. */
  nextAfter?(item: Item): NextPage;
};

/**
 * Returns a page of at most `limit` items and `maxBytes` bytes. If items are left, `next` is the id or position to continue at, or
 * of a sorted list, `cursor` the place.
 *
 * @throws Problem `too-large` if not even the first item fits.
 */
export function replyWithPage<Item extends { readonly id: Id }>(options: PageOptions<Item>): Reply {
  const { position, age, field, found, limit, maxBytes, toText, nextAfter = ({ id }) => id } = options;
  const writeEnd = (last: Item | undefined) => (last === undefined ? '' : `,${writeNext(nextAfter(last))}`);
  const write = (texts: readonly string[], end: string) =>
    `{"position":${position},"${field}":[${texts.join(',')}]${end}}`;
  // Neither ids nor cursors are of the same size for every item.
  const endBytes = Math.max(0, ...found.map((item) => Buffer.byteLength(writeEnd(item))));
  const emptyBytes = Buffer.byteLength(write([], '')) + endBytes;
  const texts = takeFitting(found.slice(0, limit), maxBytes - emptyBytes, toText);
  const [first] = found;
  if (texts.length === 0 && first !== undefined) {
    throw new Problem(
      'too-large',
      `The item ${first.id} does not fit into a reply of ${maxBytes} bytes, the broker's limit. ` +
        `Read it over REST, or continue with ${describeNext(nextAfter(first))}.`,
    );
  }
  const last = texts.length < found.length ? found[texts.length - 1] : undefined;
  return { position, age, text: write(texts, writeEnd(last)) };
}

/** The field of the next request. */
function describeNext(next: NextPage): string {
  return JSON.stringify(typeof next === 'object' ? next : { after: next })
    .slice(1, -1)
    .replace(':', ': ');
}

function writeNext(next: NextPage): string {
  if (typeof next !== 'object') return `"next":${JSON.stringify(next)}`;
  return 'cursor' in next ? `"cursor":${JSON.stringify(next.cursor)}` : `"next":${next.before}`;
}

/** @throws Problem `too-large` if the reply exceeds `maxBytes`. */
export function assertFits(name: string, { text, position }: Reply, maxBytes: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return;
  const outcome = name.startsWith('commands.')
    ? `The command was executed, and its last event is at position ${position}, but the`
    : 'The';
  throw new Problem(
    'too-large',
    `${outcome} reply has ${bytes} bytes, and the broker's limit is ${maxBytes}. Read the result over REST.`,
  );
}

/** Returns the problem document as JSON, with as many of its `errors` as fit into `maxBytes`. */
export function writeProblem(problem: Problem, maxBytes: number): string {
  const { errors = [], ...document } = toProblemDocument(problem);
  const emptyBytes = Buffer.byteLength(JSON.stringify({ ...document, errors: [] }));
  const { length } = takeFitting(errors, maxBytes - emptyBytes, (error) => JSON.stringify(error));
  return JSON.stringify({ ...document, ...(length > 0 && { errors: errors.slice(0, length) }) });
}

/** Returns the texts of the first items whose array elements, each with a comma, have at most `maxBytes` bytes. */
function takeFitting<Item>(
  items: readonly Item[],
  maxBytes: number,
  toText: (item: Item) => string,
): string[] {
  const texts: string[] = [];
  let bytes = 0;
  for (const item of items) {
    const text = toText(item);
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > maxBytes) break;
    texts.push(text);
  }
  return texts;
}
