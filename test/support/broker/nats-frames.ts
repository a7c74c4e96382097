/** Splits a NATS connection's byte stream into protocol messages. Parses only what a proxy needs. */

import { Buffer } from 'node:buffer';

export type Frame = {
  readonly bytes: Buffer;
  /** The control line: `PUB laptops.events.1 5`. */
  readonly line: string;
  /** Subject of a PUB or HPUB; undefined for other messages. */
  readonly subject: string | undefined;
};

const lineEnd = '\r\n';

/** Returns a function that consumes the next chunk and returns the frames completed by it. */
export function createFrameReader(): (chunk: Buffer) => Frame[] {
  let rest: Buffer = Buffer.alloc(0);

  function readOne(): Frame | undefined {
    const end = rest.indexOf(lineEnd);
    if (end < 0) return undefined;
    const line = rest.subarray(0, end).toString('latin1');
    const words = line.split(/[ \t]+/);
    // These messages carry a payload. Its size is the last field, with or without headers and a reply subject.
    const hasPayload = /^H?(PUB|MSG)$/i.test(words[0] ?? '');
    const payload = hasPayload ? Number(words.at(-1)) + lineEnd.length : 0;
    const size = end + lineEnd.length + payload;
    if (rest.length < size) return undefined;
    const bytes = rest.subarray(0, size);
    rest = rest.subarray(size);
    return { bytes, line, subject: /^H?PUB$/i.test(words[0] ?? '') ? words[1] : undefined };
  }

  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const frames: Frame[] = [];
    for (let frame = readOne(); frame !== undefined; frame = readOne()) frames.push(frame);
    return frames;
  };
}
