/** Generates hostile messages from a seed. The broker stores each of them, and none of them is a valid event. */

import { Buffer } from 'node:buffer';
import { createRandom } from './scenario.ts';

export type HostileMessage = {
  /** Last token of the subject. Most tokens are ids. */
  readonly token: string;
  readonly payload: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
};

/** `max_msg_size` of the streams: limit of headers and payload together, in bytes. */
export const maxMessageBytes = 64 * 1024;
/** Space reserved for protocol headers, in bytes. */
const headerReserve = 256;
const maxPayloadBytes = maxMessageBytes - headerReserve;
/** Hostile messages use the ids from 1 to this number. */
export const hostileIds = 300;

type Make = (random: () => number) => string | Uint8Array;

const pick = <T>(random: () => number, from: readonly T[]): T => {
  const found = from[Math.floor(random() * from.length)];
  if (found === undefined) throw new RangeError('cannot pick from an empty list');
  return found;
};

const added = (title: string, more = '') => `{"type":"LaptopAdded","title":${title},"model":"M"${more}}`;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
/** JSON values that are not a valid title or name. */
const invalidTexts = [
  'null',
  '5',
  'true',
  '""',
  '"   "',
  '[]',
  '{}',
  '["a"]',
  '{"toString":"x"}',
  'NaN',
  '"\\ud800"',
];
const invalidIds = ['1e999', '-1', '0', '1.5', '9007199254740993', '1e308', '"1"', 'null', '[1]', '{}', '-0'];

/** Generators by kind. Most kinds vary with the random numbers. */
const kinds: Readonly<Record<string, Make>> = {
  'random bytes': (random) =>
    Uint8Array.from({ length: 1 + Math.floor(random() * 300) }, (_, index) =>
      // The first byte makes the payload invalid UTF-8. A single digit would be valid JSON, which is rejected as well.
      index === 0 ? 0xff : Math.floor(random() * 256),
    ),
  'an empty payload': () => '',
  'white space': (random) => pick(random, [' ', '\n', '\t\r\n', '\u00a0']),
  'truncated JSON': (random) => added('"Lenovo"').slice(0, 1 + Math.floor(random() * 40)),
  'a byte order mark': () => `\ufeff${added('"Lenovo"')}`,
  'JSON that is not an object': (random) =>
    pick(random, ['null', 'true', '42', '"text"', '[]', '[{}]', '-0', '1e5']),
  'deep arrays': (random) => nested(1 + Math.floor(random() * 20_000)),
  'deep arrays in a field': (random) => added(nested(1 + Math.floor(random() * 20_000))),
  'deep objects': (random) => {
    const depth = 1 + Math.floor(random() * 8_000);
    return '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
  },
  'an unknown type': (random) =>
    `{"type":${pick(random, ['"__proto__"', '"constructor"', '"toString"', '"laptopadded"', '""', '5', 'null', '{}'])}}`,
  'a long type': () => `{"type":"${'t'.repeat(60_000)}"}`,
  'a prototype': (random) =>
    pick(random, [
      '{"__proto__":{"type":"LaptopAdded","title":"T","model":"M"}}',
      '{"constructor":{"prototype":{"type":"LaptopAdded","title":"T","model":"M"}}}',
      '{"type":"LaptopAdded","__proto__":{"title":"T","model":"M"}}',
    ]),
  'an invalid text': (random) => added(pick(random, invalidTexts)),
  'text that is too long': (random) => added(`"${'x'.repeat(201 + Math.floor(random() * 50_000))}"`),
  'a lone surrogate in bytes': () =>
    Buffer.concat([
      Buffer.from('{"type":"LaptopAdded","title":"'),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from('","model":"M"}'),
    ]),
  'an invalid id': (random) => `{"type":"PortFitted","portId":${pick(random, invalidIds)}}`,
  'an unknown version': (random) =>
    added('"T"', `,"v":${pick(random, ['0', '-1', '1.5', '99', '1e308', '"1"', 'null', '[]'])}`),
  'an event that contradicts the history': (random) =>
    pick(random, [
      '{"type":"LaptopRemoved"}',
      '{"type":"PortFitted","portId":1}',
      '{"type":"PortUnfitted","portId":1}',
    ]),
  'the maximum size': () => 'x'.repeat(maxPayloadBytes),
  'one long JSON text': () => `"${'\\u0000'.repeat(10_000)}"`,
};

/** Subject tokens that are not ids. */
const invalidTokens = [
  'x',
  '0',
  '-1',
  '01',
  '+1',
  '1e3',
  '9007199254740992',
  '99999999999999999999',
  'é',
  '１',
  'NaN',
  '__proto__',
];

/** Returns no headers, a unique message id, a very long message id, or a message id and a large header. */
function makeHeaders(random: () => number, number: number, maxBytes: number): Record<string, string> {
  const choice = random();
  if (choice < 0.6) return {};
  if (choice < 0.8) return { 'Nats-Msg-Id': `hostile message number ${number}` };
  const filler = 'h'.repeat(Math.max(1, Math.min(maxBytes, 50_000)));
  if (choice < 0.87) return { 'Nats-Msg-Id': `${number}-${filler}` };
  return { 'Nats-Msg-Id': `hostile message number ${number}`, Filler: filler };
}

/** @param from number of the first message. To keep message ids unique, calls must not use overlapping numbers. */
export function* makeHostileMessages(count: number, seed: number, from = 0): Generator<HostileMessage> {
  const random = createRandom(seed);
  const makers = Object.values(kinds);
  for (let index = 0; index < count; index++) {
    const made = pick(random, makers)(random);
    const payload = typeof made === 'string' ? Buffer.from(made) : made;
    const isId = random() < 0.95;
    yield {
      token: isId ? String(1 + Math.floor(random() * hostileIds)) : pick(random, invalidTokens),
      payload,
      headers: makeHeaders(random, from + index, maxPayloadBytes - payload.byteLength),
    };
  }
}
