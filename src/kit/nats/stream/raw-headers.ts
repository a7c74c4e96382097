/** Reads single headers of a message straight from its bytes. Making all of them into objects would cost a replay a sixth of its time. */

import { Buffer } from 'node:buffer';
import type { Msg } from 'nats';

/** The first value of a header, or undefined. */
export type ReadHeader = (name: string) => string | undefined;

const version = 'NATS/1.0';

/** What the client's messages have, though its type does not say so: how many bytes subject, reply, headers and data take. */
type Sized = { size?(): number };

/**
 * The client keeps a message as one piece of memory, with the headers right before the data. Where they do not lie
 * there, the client's own headers are read.
 */
export function readHeadersOf(
  message: Pick<Msg, 'subject' | 'data' | 'headers'> & Pick<Partial<Msg>, 'reply'> & Sized,
): ReadHeader {
  const { data, subject, reply = '' } = message;
  const length = (message.size?.() ?? 0) - subject.length - reply.length - data.length;
  if (length > version.length && length <= data.byteOffset) {
    const bytes = Buffer.from(data.buffer, data.byteOffset - length, length);
    const text = bytes.toString('latin1');
    if (text.startsWith(version) && text.endsWith('\r\n\r\n')) return (name) => findValue(bytes, text, name);
  }
  return (name) => message.headers?.get(name);
}

/** @param text the bytes with one character each, so that a place in one is the same place in the other */
function findValue(bytes: Buffer, text: string, name: string): string | undefined {
  const line = text.indexOf(`\r\n${name}:`);
  if (line < 0) return undefined;
  const start = line + name.length + 3;
  // A string of its own: a slice of `text` would keep all of it in memory, up to 64 KiB, for as long as it is remembered.
  return bytes.toString('utf8', start, text.indexOf('\r\n', start)).trim();
}
