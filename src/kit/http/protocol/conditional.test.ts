import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem } from '../../domain/problem.ts';
import {
  findFailure,
  isUnchanged,
  matchesWeakly,
  readCondition,
  readPreconditions,
  toEntityTag,
  type Target,
} from './conditional.ts';
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
parsing('accepts all characters that a tag may have (RFC 9110, section 8.8.3)', () =>
  assert.equal(parse('"!#~\x80\xff"'), { any: false, tags: ['"!#~\x80\xff"'] }),
);
parsing('takes linear time for a long malformed header', () => {
  const start = performance.now();
  for (const filler of [' ', ',', '"1",', ' ,', '"'])
    assert.throws(() => parse(`"1",${filler.repeat(16_000 / filler.length)}x`));
  assert.ok(performance.now() - start < 500);
});
parsing.run();

const tags = suite('toEntityTag');

tags('contains the version, and the latest versions of other streams', () => {
  assert.is(toEntityTag(12), '"12"');
  assert.is(toEntityTag(12, { PORTS: 7, CHARGERS: 3 }), '"12;PORTS=7;CHARGERS=3"');
});
tags.run();

const target = { entity: 'lamp 1', name: 'lamp 1', exists: true, version: 12 };
const missing = { ...target, exists: false, version: undefined };
const failureOf = (headers: Readonly<Record<string, string>>, on: Target = target) => {
  const preconditions = readPreconditions(headers);
  return preconditions && findFailure(preconditions, on);
};

const ifMatch = suite('If-Match of a write');

ifMatch('is met by the tag of the current version', () => {
  assert.is(failureOf({ 'If-Match': toEntityTag(12) }), undefined);
  assert.is(failureOf({ 'If-Match': '"1", "12"' }), undefined);
});
ifMatch('is not met by another tag, a weak tag or part of a tag', () => {
  for (const tag of ['"13"', 'W/"12"', '"1"', '"2"', '"012"', '""'])
    assert.is(
      failureOf({ 'If-Match': tag }),
      `lamp 1 is at version 12, with the tag "12", but If-Match requires ${tag}.`,
    );
});
ifMatch('ignores the versions of other streams in a tag, but not further digits of the version', () => {
  assert.is(failureOf({ 'If-Match': toEntityTag(12, { PORTS: 7 }) }), undefined);
  for (const tag of ['"123"', '"123;PORTS=7"', '"1;PORTS=2"', '"PORTS=12"'])
    assert.match(failureOf({ 'If-Match': tag }) ?? '', 'requires');
});
ifMatch('* is met by an existing entity', () => assert.is(failureOf({ 'If-Match': '*' }), undefined));
ifMatch('is never met by an entity that does not exist', () => {
  assert.is(
    failureOf({ 'If-Match': '*' }, missing),
    'lamp 1 does not exist, but If-Match requires that it does.',
  );
  assert.is(
    failureOf({ 'If-Match': '"12", "13"' }, missing),
    'lamp 1 does not exist, but If-Match requires "12" or "13".',
  );
});
ifMatch('* refers to the item, and a tag to the entity that contains it', () => {
  const item = { ...target, name: 'bulb 3 of lamp 1', exists: false };
  assert.is(failureOf({ 'If-Match': '"12"' }, item), undefined);
  assert.is(
    failureOf({ 'If-Match': '*' }, item),
    'bulb 3 of lamp 1 does not exist, but If-Match requires that it does.',
  );
  assert.is(failureOf({ 'If-None-Match': '*' }, item), undefined);
});
ifMatch.run();

const unless = suite('If-None-Match of a write');

unless('* is met only if the entity does not exist', () => {
  assert.is(failureOf({ 'If-None-Match': '*' }, missing), undefined);
  assert.is(
    failureOf({ 'If-None-Match': '*' }),
    'lamp 1 exists, but If-None-Match requires that it does not.',
  );
});
unless('is not met by the tag of the current version, strong or weak', () => {
  for (const tag of ['"12"', 'W/"12"', '"1", W/"12"', '"12;PORTS=7"'])
    assert.is(
      failureOf({ 'If-None-Match': tag }),
      'lamp 1 is at version 12, with the tag "12", which If-None-Match excludes.',
    );
  for (const tag of ['"13"', 'W/"1"', '"W/12"']) assert.is(failureOf({ 'If-None-Match': tag }), undefined);
});
unless('is evaluated after If-Match, and both have to be met', () => {
  assert.match(failureOf({ 'If-Match': '"1"', 'If-None-Match': '*' }) ?? '', 'If-Match requires "1"');
  assert.match(failureOf({ 'If-Match': '"12"', 'If-None-Match': '"12"' }) ?? '', 'excludes');
  assert.is(failureOf({ 'If-Match': '"12"', 'If-None-Match': '"13"' }), undefined);
});
unless('is absent, like If-Match, from most requests', () => assert.is(readPreconditions({}), undefined));
unless.run();

const reads = suite('the preconditions of a read');

reads('fail if If-Match does not list the exact tag', () => {
  assert.not(isUnchanged({ 'If-Match': '"1", "12"' }, '"12"'));
  assert.not(isUnchanged({ 'If-Match': '*' }, '"12"'));
  for (const tag of ['"1"', 'W/"12"', '"12;PORTS=7"'])
    assert.throws(() => isUnchanged({ 'If-Match': tag }, '"12"'), /has the tag "12", but If-Match requires/);
});
reads('find that the client has the content', () => {
  assert.ok(isUnchanged({ 'If-Match': '"12"', 'If-None-Match': 'W/"12"' }, '"12"'));
  assert.not(isUnchanged({}, '"12"'));
});
reads.run();

const ifNoneMatch = suite('matchesWeakly');

ifNoneMatch('matches the tag of the current version, strong or weak', () => {
  for (const header of ['"12"', 'W/"12"', '"1", W/"12"', '*'])
    assert.ok(matchesWeakly(parsed(header), toEntityTag(12)), header);
});
ifNoneMatch('does not match another tag', () => {
  for (const header of ['"13"', 'W/"13"', '""', '"W/12"'])
    assert.not(matchesWeakly(parsed(header), toEntityTag(12)), header);
});
ifNoneMatch.run();
