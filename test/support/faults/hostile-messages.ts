/** Messages that no service of ours would write, made from a seed: each is stored by the broker, and none is an event. */

import { Buffer } from 'node:buffer';
import { createRandom } from './scenario.ts';

export type HostileMessage = {
  /** The last token of the subject; most are ids, some are not. */
  readonly token: string;
  readonly payload: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
};

/** The most that a stream of ours takes for headers and payload together, in bytes. */
export const maxMessageBytes = 64 * 1024;
/** Room for the headers of the protocol itself. */
const headerRoom = 256;
const longest = maxMessageBytes - headerRoom;
/** Hostile messages go to the ids up to this one. */
export const hostileIds = 300;

type Make = (random: () => number) => string | Uint8Array;

const pick = <T>(random: () => number, from: readonly T[]): T => {
  const found = from[Math.floor(random() * from.length)];
  if (found === undefined) throw new RangeError('there is nothing to pick from');
  return found;
};

const added = (title: string, more = '') => `{"type":"LaptopAdded","title":${title},"model":"M"${more}}`;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
/** Where a title or a name has to stand. */
const noText = [
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
const noId = ['1e999', '-1', '0', '1.5', '9007199254740993', '1e308', '"1"', 'null', '[1]', '{}', '-0'];

/** Each makes one kind; what it makes differs from call to call. */
const kinds: Readonly<Record<string, Make>> = {
  'random bytes': (random) =>
    Uint8Array.from({ length: 1 + Math.floor(random() * 300) }, (_, index) =>
      // A bare digit would be JSON, and rejected as well, but the first byte makes sure that it is not even UTF-8.
      index === 0 ? 0xff : Math.floor(random() * 256),
    ),
  'nothing at all': () => '',
  'white space': (random) => pick(random, [' ', '\n', '\t\r\n', '\u00a0']),
  'JSON that ends too early': (random) => added('"Lenovo"').slice(0, 1 + Math.floor(random() * 40)),
  'a byte order mark': () => `\ufeff${added('"Lenovo"')}`,
  'JSON that is no object': (random) =>
    pick(random, ['null', 'true', '42', '"text"', '[]', '[{}]', '-0', '1e5']),
  'deep arrays': (random) => nested(1 + Math.floor(random() * 20_000)),
  'deep arrays in a field': (random) => added(nested(1 + Math.floor(random() * 20_000))),
  'deep objects': (random) => {
    const depth = 1 + Math.floor(random() * 8_000);
    return '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
  },
  'a type that is none': (random) =>
    `{"type":${pick(random, ['"__proto__"', '"constructor"', '"toString"', '"laptopadded"', '""', '5', 'null', '{}'])}}`,
  'a long type': () => `{"type":"${'t'.repeat(60_000)}"}`,
  'a prototype': (random) =>
    pick(random, [
      '{"__proto__":{"type":"LaptopAdded","title":"T","model":"M"}}',
      '{"constructor":{"prototype":{"type":"LaptopAdded","title":"T","model":"M"}}}',
      '{"type":"LaptopAdded","__proto__":{"title":"T","model":"M"}}',
    ]),
  'text of the wrong kind': (random) => added(pick(random, noText)),
  'text that is too long': (random) => added(`"${'x'.repeat(201 + Math.floor(random() * 50_000))}"`),
  'a lone surrogate in bytes': () =>
    Buffer.concat([
      Buffer.from('{"type":"LaptopAdded","title":"'),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from('","model":"M"}'),
    ]),
  'a number that is no id': (random) => `{"type":"PortFitted","portId":${pick(random, noId)}}`,
  'a version that is none': (random) =>
    added('"T"', `,"v":${pick(random, ['0', '-1', '1.5', '99', '1e308', '"1"', 'null', '[]'])}`),
  'an event that does not follow': (random) =>
    pick(random, [
      '{"type":"LaptopRemoved"}',
      '{"type":"PortFitted","portId":1}',
      '{"type":"PortUnfitted","portId":1}',
    ]),
  'as much as fits': () => 'x'.repeat(longest),
  'one long JSON text': () => `"${'\\u0000'.repeat(10_000)}"`,
};

const noIds = [
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

/** The headers that some of them carry: a message id of its own, a very long one, or much besides it. */
function makeHeaders(random: () => number, number: number, room: number): Record<string, string> {
  const choice = random();
  if (choice < 0.6) return {};
  if (choice < 0.8) return { 'Nats-Msg-Id': `hostile message number ${number}` };
  const filler = 'h'.repeat(Math.max(1, Math.min(room, 50_000)));
  if (choice < 0.87) return { 'Nats-Msg-Id': `${number}-${filler}` };
  return { 'Nats-Msg-Id': `hostile message number ${number}`, Filler: filler };
}

/** @param from numbers the messages, so that their message ids differ from those of an earlier call. */
export function* makeHostileMessages(count: number, seed: number, from = 0): Generator<HostileMessage> {
  const random = createRandom(seed);
  const makers = Object.values(kinds);
  for (let index = 0; index < count; index++) {
    const made = pick(random, makers)(random);
    const payload = typeof made === 'string' ? Buffer.from(made) : made;
    const isId = random() < 0.95;
    yield {
      token: isId ? String(1 + Math.floor(random() * hostileIds)) : pick(random, noIds),
      payload,
      headers: makeHeaders(random, from + index, longest - payload.byteLength),
    };
  }
}
