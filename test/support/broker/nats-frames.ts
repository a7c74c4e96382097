/** Cuts what a NATS client or server sends into whole protocol messages: as little of the protocol as a proxy needs. */

import { Buffer } from 'node:buffer';

export type Frame = {
  /** The bytes as they came. */
  readonly bytes: Buffer;
  /** The first line: `PUB laptops.events.1 5`. */
  readonly line: string;
  /** Where it publishes to; undefined when it is no PUB or HPUB. */
  readonly subject: string | undefined;
};

const lineEnd = '\r\n';

/** Takes the stream chunk by chunk, and gives every frame as soon as it is whole. */
export function createFrameReader(): (chunk: Buffer) => Frame[] {
  let rest: Buffer = Buffer.alloc(0);

  function readOne(): Frame | undefined {
    const end = rest.indexOf(lineEnd);
    if (end < 0) return undefined;
    const line = rest.subarray(0, end).toString('latin1');
    const words = line.split(/[ \t]+/);
    // After the line of these comes a payload; its size is the last word, whether or not there are headers and a reply.
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
