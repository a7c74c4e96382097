/** Reads XML as a stream of elements. */

import { StringDecoder } from 'node:string_decoder';
import sax, { type Tag } from 'sax';

export type Attributes = Readonly<Record<string, string | undefined>>;

/** Names are local: `x:row` is `row`. */
export type XmlHandlers = {
  open?(name: string, attributes: Attributes): void;
  text?(text: string): void;
  close?(name: string): void;
};

/** Calls the handlers, and yields after each chunk so that the caller can take what they collected. */
export async function* parseXml(
  bytes: AsyncIterable<Uint8Array>,
  handlers: XmlHandlers,
): AsyncGenerator<void> {
  const decoder = new StringDecoder('utf8');
  const xml = Object.assign(sax.parser(true), {
    onerror(error: Error) {
      throw error;
    },
    onopentag: ({ name, attributes }: Tag) => handlers.open?.(localName(name), attributes),
    ontext: (text: string) => handlers.text?.(text),
    oncdata: (text: string) => handlers.text?.(text),
    onclosetag: (name: string) => handlers.close?.(localName(name)),
  });
  for await (const chunk of bytes) {
    xml.write(decoder.write(Buffer.from(chunk)));
    yield;
  }
  xml.close();
  yield;
}

export async function readXml(bytes: AsyncIterable<Uint8Array>, handlers: XmlHandlers): Promise<void> {
  for await (const _ of parseXml(bytes, handlers));
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
