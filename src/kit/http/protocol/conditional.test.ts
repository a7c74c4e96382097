import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem } from '../../domain/problem.ts';
import { matchesStrongly, matchesWeakly, readCondition, toEntityTag } from './conditional.ts';
import { parseHeaders } from '../server/parse.ts';

const parse = (header?: string) =>
  readCondition(parseHeaders(['If-Match'], { 'if-match': header })['If-Match']);

function parsed(header: string) {
  const condition = parse(header);
  if (condition === undefined) throw new Error(`${header} is not a condition`);
  return condition;
}

const parsing = suite('readCondition');

parsing('returns undefined if the header is absent', () => {
  assert.is(parse(), undefined);
});
parsing('accepts * as any version', () => assert.equal(parse(' * '), { any: true }));
parsing('accepts one or several tags, strong or weak', () => {
  assert.equal(parse('"12"'), { any: false, tags: ['"12"'] });
  assert.equal(parse('"1","2" , W/"3"'), { any: false, tags: ['"1"', '"2"', 'W/"3"'] });
});
parsing('accepts a comma inside a tag (RFC 9110, section 8.8.3)', () => {
  assert.equal(parse('"a,b", "12"'), { any: false, tags: ['"a,b"', '"12"'] });
});
parsing('ignores empty list elements (RFC 9110, section 5.6.1.2)', () => {
  assert.equal(parse('"1", , "2",'), { any: false, tags: ['"1"', '"2"'] });
});
for (const header of ['', '  ', '12', '"12', '12"', 'w/"12"', 'W/12', '"1" "2"', '*, "1"', '"a b"', '""""']) {
  parsing(`rejects [${header}] as malformed`, () => {
    assert.throws(
      () => parse(header),
      (error: unknown) =>
        error instanceof Problem && error.code === 'malformed' && error.message.includes('If-Match'),
    );
  });
}
parsing.run();

const tags = suite('toEntityTag');

tags('contains the version, and the latest versions of other streams', () => {
  assert.is(toEntityTag(12), '"12"');
  assert.is(toEntityTag(12, { PORTS: 7, CHARGERS: 3 }), '"12;PORTS=7;CHARGERS=3"');
});
tags.run();

const ifMatch = suite('If-Match');

ifMatch('matches the tag of the current version', () => {
  assert.ok(matchesStrongly(parsed(toEntityTag(12)), true, 12));
  assert.ok(matchesStrongly(parsed('"1", "12"'), true, 12));
});
ifMatch('does not match another tag, a weak tag or part of a tag', () => {
  for (const header of ['"13"', 'W/"12"', '"1"', '"2"', '"012"', '""'])
    assert.not(matchesStrongly(parsed(header), true, 12), header);
});
ifMatch('ignores the versions of other streams in a tag, but not further digits of the version', () => {
  assert.ok(matchesStrongly(parsed(toEntityTag(12, { PORTS: 7 })), true, 12));
  for (const header of ['"123"', '"123;PORTS=7"', '"1;PORTS=2"', '"PORTS=12"'])
    assert.not(matchesStrongly(parsed(header), true, 12), header);
});
ifMatch('matches an existing entity with *', () => assert.ok(matchesStrongly(parsed('*'), true, 12)));
ifMatch('never matches an entity that does not exist', () => {
  assert.not(matchesStrongly(parsed('*'), false, 12));
  assert.not(matchesStrongly(parsed('"12"'), false, 12));
});
ifMatch.run();

const ifNoneMatch = suite('If-None-Match');

ifNoneMatch('matches the tag of the current version, strong or weak', () => {
  for (const header of ['"12"', 'W/"12"', '"1", W/"12"', '*'])
    assert.ok(matchesWeakly(parsed(header), toEntityTag(12)), header);
});
ifNoneMatch('does not match another tag', () => {
  for (const header of ['"13"', 'W/"13"', '""', '"W/12"'])
    assert.not(matchesWeakly(parsed(header), toEntityTag(12)), header);
});
ifNoneMatch.run();
