import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { normalizeTexts } from './normalize.ts';

const normalizing = suite('normalizeTexts');

normalizing('returns all texts of a JSON value in NFC, and everything else as it is', () => {
  const value = JSON.parse(
    '{"a":"e\\u0301","b":[1,null,true,{"c":"\\u1112\\u1161\\u11ab"}],"__proto__":{"d":"e\\u0301"}}',
  );
  assert.is(
    JSON.stringify(normalizeTexts(value)),
    '{"a":"é","b":[1,null,true,{"c":"한"}],"__proto__":{"d":"é"}}',
  );
});
normalizing('keeps texts that only look alike', () => {
  for (const text of ['ﬁ', 'Å'.normalize(), 'Α', '５']) assert.is(normalizeTexts(text), text);
});
normalizing('returns a normalized value without copying it', () => {
  const value = { a: 'é', b: ['x'] };
  assert.is(normalizeTexts(value), value);
});
normalizing.run();
