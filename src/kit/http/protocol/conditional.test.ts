import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem } from '../../domain/problem.ts';
import { matchesStrongly, matchesWeakly, readCondition, toEntityTag } from './conditional.ts';
import { parseHeaders } from '../server/parse.ts';

const parse = (header?: string) =>
  readCondition(parseHeaders(['If-Match'], { 'if-match': header })['If-Match']);

function parsed(header: string) {
  const condition = parse(header);
  if (condition === undefined) throw new Error(`${header} names nothing`);
  return condition;
}

const parsing = suite('a condition names any version, or these tags');

parsing('an absent header is no condition', () => {
  assert.is(parse(), undefined);
});
parsing('a star is any version', () => assert.equal(parse(' * '), { any: true }));
parsing('one tag, several, weak ones', () => {
  assert.equal(parse('"12"'), { any: false, tags: ['"12"'] });
  assert.equal(parse('"1","2" , W/"3"'), { any: false, tags: ['"1"', '"2"', 'W/"3"'] });
});
parsing('a comma may stand inside a tag (RFC 9110, section 8.8.3)', () => {
  assert.equal(parse('"a,b", "12"'), { any: false, tags: ['"a,b"', '"12"'] });
});
parsing('empty elements of the list are passed over (RFC 9110, section 5.6.1.2)', () => {
  assert.equal(parse('"1", , "2",'), { any: false, tags: ['"1"', '"2"'] });
});
for (const header of ['', '  ', '12', '"12', '12"', 'w/"12"', 'W/12', '"1" "2"', '*, "1"', '"a b"', '""""']) {
  parsing(`${header} is malformed`, () => {
    assert.throws(
      () => parse(header),
      (error: unknown) =>
        error instanceof Problem && error.code === 'malformed' && error.message.includes('If-Match'),
    );
  });
}
parsing.run();

const strong = suite('If-Match compares strongly');

strong('the tag of the version matches', () => {
  assert.ok(matchesStrongly(parsed(toEntityTag(12)), true, 12));
  assert.ok(matchesStrongly(parsed('"1", "12"'), true, 12));
});
strong('another tag, a weak one, or part of one does not', () => {
  for (const header of ['"13"', 'W/"12"', '"1"', '"2"', '"012"', '""'])
    assert.not(matchesStrongly(parsed(header), true, 12), header);
});
strong('a star matches what is there', () => assert.ok(matchesStrongly(parsed('*'), true, 12)));
strong('nothing matches what is not there', () => {
  assert.not(matchesStrongly(parsed('*'), false, 12));
  assert.not(matchesStrongly(parsed('"12"'), false, 12));
});
strong.run();

const weak = suite('If-None-Match compares weakly');

weak('the tag of the version matches, weak or strong', () => {
  for (const header of ['"12"', 'W/"12"', '"1", W/"12"', '*'])
    assert.ok(matchesWeakly(parsed(header), toEntityTag(12)), header);
});
weak('another one does not', () => {
  for (const header of ['"13"', 'W/"13"', '""', '"W/12"'])
    assert.not(matchesWeakly(parsed(header), toEntityTag(12)), header);
});
weak.run();
