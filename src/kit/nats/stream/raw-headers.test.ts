/** Messages as the client stores them: subject, reply, headers and data in one buffer. */

import { Buffer } from 'node:buffer';
import { headers } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createHeaderReader } from './raw-headers.ts';

type Layout = {
  readonly subject?: string;
  readonly reply?: string;
  readonly lines: string;
  readonly data?: string;
  /** Bytes before the headers in the buffer. */
  readonly before?: string;
};

/** Creates a message whose headers are these lines. Parsing all of its headers returns `parsed`. */
function createMessage({ subject = 'a.b', reply = 'inbox.1', lines, data = '{}', before = 'x' }: Layout) {
  const bytes = Buffer.from(lines);
  const buffer = Buffer.concat([Buffer.from(before), bytes, Buffer.from(data)]);
  const parsed = headers();
  parsed.set('Id', 'parsed');
  return {
    subject,
    reply,
    data: new Uint8Array(buffer).subarray(before.length + bytes.length),
    headers: parsed,
    size: () => subject.length + reply.length + bytes.length + data.length,
  };
}

const lines = 'NATS/1.0\r\nId: abc\r\nOther: ü 😀\r\nSpaced:   between  \r\nLast:z\r\n\r\n';

const reading = suite('a header of a message');

reading('is read from the bytes before the data', () => {
  const read = createHeaderReader(createMessage({ lines }));
  assert.equal(['Id', 'Other', 'Spaced', 'Last'].map(read), ['abc', 'ü 😀', 'between', 'z']);
});
reading('is undefined if the message does not have it', () => {
  const read = createHeaderReader(createMessage({ lines }));
  for (const name of ['Absent', 'id', 'd', 'abc', 'NATS/1.0']) assert.is(read(name), undefined, name);
});
reading('is the first one of that name', () => {
  const read = createHeaderReader(createMessage({ lines: 'NATS/1.0\r\nId: 1\r\nId: 2\r\n\r\n' }));
  assert.is(read('Id'), '1');
});
reading('may be in a message at the start of its buffer, or without a reply subject', () => {
  assert.is(createHeaderReader(createMessage({ lines, before: '' }))('Id'), 'abc');
  assert.is(createHeaderReader(createMessage({ lines, reply: '' }))('Id'), 'abc');
  const { reply: _, ...message } = createMessage({ lines, reply: '' });
  assert.is(createHeaderReader(message)('Id'), 'abc');
});
reading('is not looked for in the data', () => {
  const read = createHeaderReader(
    createMessage({ lines: 'NATS/1.0\r\nA: b\r\n\r\n', data: '\r\nId: data\r\n\r\n' }),
  );
  assert.is(read('Id'), undefined);
});
reading('may follow a status', () => {
  const read = createHeaderReader(createMessage({ lines: 'NATS/1.0 408 Timeout\r\nId: abc\r\n\r\n' }));
  assert.is(read('Id'), 'abc');
});
reading.run();

const fallback = suite('the parsed headers of a message');

for (const [description, message] of [
  ['the bytes do not begin with the version', createMessage({ lines: 'HTTP/1.0\r\nId: abc\r\n\r\n' })],
  ['the bytes do not end like headers', createMessage({ lines: 'NATS/1.0\r\nId: abc\r\n' })],
  ['the bytes are too short', createMessage({ lines: '' })],
  ['the bytes are only a version', createMessage({ lines: 'NATS/1.0' })],
  [
    'the size exceeds the bytes before the data',
    { ...createMessage({ lines, before: '' }), size: () => 10_000 },
  ],
  ['the client does not tell the size', { ...createMessage({ lines }), size: () => 0 }],
] as const) {
  fallback(`are used if ${description}`, () => assert.is(createHeaderReader(message)('Id'), 'parsed'));
}
fallback('are used if the client has no size', () => {
  const { size: _, ...message } = createMessage({ lines });
  assert.is(createHeaderReader(message)('Id'), 'parsed');
});
fallback('may be absent', () => {
  const { subject, data } = createMessage({ lines });
  assert.is(createHeaderReader({ subject, data })('Id'), undefined);
});
fallback.run();
