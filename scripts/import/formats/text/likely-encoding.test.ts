import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeWhole, likelyEncoding } from './likely-encoding.ts';

/** Encodes a text in an encoding with one byte for each character. */
function encode(text: string, encoding: string): Uint8Array {
  const bytes = new Map(
    Array.from({ length: 256 }, (_, byte) => [decodeWhole(Uint8Array.of(byte), encoding), byte]),
  );
  return Uint8Array.from(text, (character) => bytes.get(character) ?? 0);
}

const test = suite('the likely encoding of a text that is not UTF-8');

for (const [encoding, text] of [
  ['windows-1252', '850,Toshiba,Portégé Z30-C-16L,Notebook\n860,Toshiba,Portégé X20W-D-10V\n'],
  ['windows-1252', '1;Gerät;Größe\n2;Tablet für Büro;groß\n'],
  ['windows-1252', '15,Apple,MacBook 12”\n'],
  ['windows-1252', '1,Levi’s Café – tamaño\n'],
  ['windows-1250', '1,Lenovo,Počítač přenosný žlutý\n2,Zażółć gęślą jaźń\n'],
  ['windows-1251', '1,Леново,Ноутбук\n2,Асус,Игровой ноутбук\n'],
  ['macintosh', '1,Toshiba,Portégé Z30\n'],
] as const)
  test(`is ${encoding} for ${JSON.stringify(text)}`, () =>
    assert.is(likelyEncoding(encode(text, encoding)), encoding));
test.run();
