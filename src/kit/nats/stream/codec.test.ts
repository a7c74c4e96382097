import { Buffer } from 'node:buffer';
import { headers, type MsgHdrs } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Rejection } from '../../domain/decider.ts';
import { defineEvents } from '../../domain/event-schema.ts';
import { createCodec } from './codec.ts';
import { eventSubjects } from './subjects.ts';

const ChargerAdded = z.object({ type: z.literal('ChargerAdded'), name: z.string() });
const codec = createCodec(
  defineEvents({ ChargerAdded: { schema: ChargerAdded } }),
  eventSubjects('chargers'),
);
const stored = { position: 5, time: 1_700_000_000_000 };

function decode(data: string | Uint8Array, subject = 'chargers.events.42', fields?: MsgHdrs) {
  const message = { subject, data: Buffer.from(data), ...(fields !== undefined && { headers: fields }) };
  return codec.decode(message, stored);
}

function reasonOf(data: string | Uint8Array, subject?: string): string {
  const { content } = decode(data, subject);
  return content instanceof Rejection ? content.reason : `it was read: ${JSON.stringify(content)}`;
}

const brick = { type: 'ChargerAdded', name: 'brick 😀' } as const;

const decoding = suite('a stored message becomes an event');

decoding('with where and when it was stored, and whose it is', () =>
  assert.equal(decode(codec.encode(brick)), {
    position: 5,
    time: 1_700_000_000_000,
    id: 42,
    subject: 'chargers.events.42',
    messageId: undefined,
    commandDigest: undefined,
    traceparent: undefined,
    content: brick,
  }),
);
decoding('with the id and the digest of its command', () => {
  const fields = headers();
  fields.set('Nats-Msg-Id', 'abc');
  fields.set('Portside-Command-Digest', 'xyz');
  const { messageId, commandDigest } = decode(codec.encode(brick), undefined, fields);
  assert.equal([messageId, commandDigest], ['abc', 'xyz']);
});
decoding('with the trace that it belongs to, unless that is none', () => {
  const read = (text: string) => {
    const fields = headers();
    fields.set('traceparent', text);
    return decode(codec.encode(brick), undefined, fields).traceparent;
  };
  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  assert.is(read(trace), trace);
  for (const none of ['', 'x', trace.toUpperCase(), `${trace}-more`]) assert.is(read(none), undefined, none);
});
decoding('an empty message id is none', () => {
  const fields = headers();
  fields.set('Nats-Msg-Id', '');
  assert.is(decode(codec.encode(brick), undefined, fields).messageId, undefined);
});
decoding('from the bytes of its own message alone', () => {
  const text = Buffer.from(codec.encode(brick));
  const shared = Buffer.concat([Buffer.from('x{'), text, Buffer.from('}')]);
  assert.equal(decode(shared.subarray(2, 2 + text.length)).content, brick);
});
decoding.run();

const refusing = suite('a message that is no event becomes a rejection');

refusing('nothing at all', () => assert.is(reasonOf(''), 'not JSON'));
refusing('text that is no JSON', () => assert.is(reasonOf('{"type":'), 'not JSON'));
refusing('JSON with something behind it', () => assert.is(reasonOf(`${codec.encode(brick)}x`), 'not JSON'));
refusing('JSON behind a byte order mark', () =>
  assert.is(reasonOf(`\ufeff${codec.encode(brick)}`), 'not JSON'),
);
refusing('bytes that are no UTF-8', () => {
  assert.is(reasonOf(Uint8Array.of(0xff, 0xfe, 0x00)), 'not UTF-8');
  // A surrogate written as three bytes, a truncated character, and one that is longer than it has to be.
  assert.is(reasonOf(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)), 'not UTF-8');
  assert.is(reasonOf(Uint8Array.of(0x22, 0xf0, 0x9f, 0x98, 0x22)), 'not UTF-8');
  assert.is(reasonOf(Uint8Array.of(0x22, 0xc0, 0x80, 0x22)), 'not UTF-8');
});
refusing('JSON of another shape', () => {
  assert.match(reasonOf('null'), /expected object/);
  assert.match(reasonOf('[]'), /expected object/);
  assert.match(reasonOf('{"type":"ChargerAdded"}'), /^ChargerAdded: name: /);
  assert.match(reasonOf('{"type":"Unknown"}'), /unknown event type "Unknown"/);
});
refusing('JSON that is nested as deep as a message allows', () =>
  assert.match(reasonOf(`${'['.repeat(32_768)}${']'.repeat(32_768)}`), /expected object/),
);
refusing('an event on a subject that names no entity', () => {
  const { id, content } = decode(codec.encode(brick), 'chargers.events.x');
  assert.is(id, undefined);
  assert.match(content instanceof Rejection ? content.reason : '', /does not end in an id/);
});
refusing.run();
