import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeText } from './decode-text.ts';
import { EncodingFault, findEncoding } from './encoding.ts';

const bytesOf = (text: string, encoding: BufferEncoding = 'latin1') => Buffer.from(text, encoding);

/** Decodes bytes that arrive in chunks of a size. Returns the text before an error, and the error. */
async function decode(bytes: Uint8Array, given?: string, chunkSize = Infinity) {
  async function* chunks() {
    await Promise.resolve();
    for (let start = 0; start < bytes.length; start += chunkSize)
      yield bytes.subarray(start, Math.min(start + chunkSize, bytes.length));
  }
  let text = '';
  try {
    for await (const part of decodeText(chunks(), findEncoding(bytes, given))) text += part;
    return { text };
  } catch (fault) {
    if (fault instanceof EncodingFault) return { text, fault };
    throw fault;
  }
}

const test = suite('the text of a file');

test('is UTF-8 by default', async () => {
  assert.equal(await decode(bytesOf('é\u2028x', 'utf8'), undefined, 1), { text: 'é\u2028x' });
});
test('has the encoding of its byte order mark, whatever is given', async () => {
  const text = 'id;Portégé';
  const utf16 = bytesOf(`\uFEFF${text}`, 'utf16le');
  for (const given of [undefined, 'windows-1252']) {
    assert.equal(await decode(bytesOf(`\uFEFF${text}`, 'utf8'), given, 1), { text });
    assert.equal(await decode(utf16, given, 3), { text });
    assert.equal(await decode(Buffer.from(utf16).swap16(), given, 3), { text });
  }
});
test('is decoded in the given encoding, with the characters that ISO 8859-1 does not have', async () => {
  const bytes = Uint8Array.of(0x80, 0x92, 0x94, 0xe9);
  for (const chunkSize of [1, Infinity])
    assert.equal(await decode(bytes, 'windows-1252', chunkSize), { text: '€’”é' });
});
test('ends at a byte that is not UTF-8, which is described with its line and how the line would read', async () => {
  for (const chunkSize of [10, Infinity]) {
    const { fault } = await decode(bytesOf('id,title\r\n1,ok\r\n2,Portégé Z30\r\n'), undefined, chunkSize);
    assert.is(fault?.line, 3);
    assert.is(fault?.likely, 'windows-1252');
    assert.match(
      fault?.message ?? '',
      /^byte 23 of the file \(0xE9\) is not UTF-8; the encoding is probably windows-1252, which reads it as: 2,Port/,
    );
  }
});
test('may have wrong bytes if UTF-8 was given', async () => {
  assert.equal(await decode(bytesOf('1,Portégé'), 'utf-8'), { text: '1,Port\uFFFDg\uFFFD' });
});
test('is not UTF-8 if it ends within a character', async () => {
  const { fault } = await decode(Uint8Array.of(0x61, 0x0a, 0xc3));
  assert.is(fault?.line, 2);
});
test('is recognised as UTF-16 without a byte order mark', async () => {
  const utf16 = bytesOf('id,title\n', 'utf16le');
  assert.throws(
    () => findEncoding(utf16, undefined),
    ({ likely }: EncodingFault) => likely === 'utf-16le',
  );
  assert.throws(
    () => findEncoding(Buffer.from(utf16).swap16(), undefined),
    ({ likely }: EncodingFault) => likely === 'utf-16be',
  );
  assert.equal(await decode(utf16, 'utf-16le'), { text: 'id,title\n' });
});
test.run();
