import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { base, contract } from '../../../../test/support/lamp-definition.ts';
import { problemOfCall } from '../../../../test/support/problem-of-call.ts';
import type { Body } from '../../domain/service/command.ts';
import { defineService } from '../../domain/service/define-service.ts';
import { mergePatch, replacementOf } from './replacement.ts';

const patching = suite('mergePatch');

// RFC 7396, appendix A, without the patches that are not objects.
for (const [target, patch, result] of [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [['a', 'b'], { a: 1 }, { a: 1 }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
] as const) {
  patching(`applies ${JSON.stringify(patch)} to ${JSON.stringify(target)}`, () =>
    assert.equal(mergePatch(target, patch), result),
  );
}
patching('does not change a prototype', () => {
  const merged = mergePatch({}, JSON.parse('{"__proto__":{"polluted":1}}'));
  assert.equal(Object.keys(merged), ['__proto__']);
  assert.is(Object(merged).polluted, undefined);
});
patching.run();

const document = z.object({
  id: z.int(),
  colour: z.string().meta({ description: 'The colour.' }),
  size: z.object({ width: z.int(), height: z.int() }),
  note: z.string().nullable(),
  rooms: z.array(z.string()).meta({ description: 'The rooms.' }),
});
const Size = z.strictObject({ width: z.int(), height: z.int() });
const body = z.strictObject({ colour: z.string(), size: Size, note: z.string().optional() });
const current = { id: 1, colour: 'red', size: { width: 1, height: 2 }, note: null, rooms: ['A', 'B'] };
const entity = { id: 1, state: { colour: 'red', rooms: [] }, version: 3 };
const call = { verb: 'repaint', input: {}, now: '2026-01-31T12:00:00.000Z' };

const Fields = z.record(z.string(), z.unknown());

function setUp(replaced: Body, shown: object = current) {
  const service = defineService({
    ...base,
    document,
    present: () => current,
    commands: ({ replace }) => ({ repaint: replace({ body: replaced, decide: () => [] }) }),
  });
  const [command] = service.commands;
  const resource = { ...service, presentExisting: () => ({ body: shown, joinedVersions: {} }) };
  const replacement = command && replacementOf(resource, command);
  if (replacement === undefined) throw new Error('there is no replacement');
  const adapted = ({ input, adapt }: ReturnType<typeof replacement.patch>, to: { state: unknown } = entity) =>
    Fields.parse(adapt === undefined ? input : adapt({ ...call, input }, { ...entity, ...to }).input);
  return {
    ...replacement,
    replaceBy: (sent: object) => adapted(replacement.replace(Object(replacement.schema.parse(sent)), sent)),
    patchBy: (sent: object, to?: { state: unknown }) => adapted(replacement.patch(sent), to),
  };
}

const pointersOf = (run: () => unknown) => problemOfCall(run).locations.map(({ pointer }) => pointer);

const { replaceBy, patchBy, schema, patchSchema, replace } = setUp(body);
const input = { colour: 'blue', size: { width: 1, height: 2 }, note: 'x' };

const replacing = suite('a document that is sent back');

replacing('is accepted if its read-only fields are those of the entity, in any order of keys', () => {
  assert.equal(replaceBy({ ...input, id: 1, rooms: ['A', 'B'] }), input);
  assert.equal(replaceBy(input), input);
});
replacing('is rejected with the name of each read-only field that differs', () => {
  const sent = { ...input, id: 2, rooms: ['B', 'A'] };
  assert.equal(
    pointersOf(() => replaceBy(sent)),
    ['/id', '/rooms'],
  );
  const { code, message, locations } = problemOfCall(() => replaceBy(sent));
  assert.is(code, 'invalid');
  assert.match(message, 'changes what is read-only: id, rooms');
  assert.is(locations[1]?.detail, 'is read-only: must be absent or ["A","B"]');
  for (const rooms of [null, 'A', [], ['A'], {}])
    assert.equal(
      pointersOf(() => replaceBy({ ...input, rooms })),
      ['/rooms'],
    );
});
replacing('costs nothing if it has no read-only field', () =>
  assert.is(replace(input, input).adapt, undefined),
);
replacing('may not have other fields', () => assert.not(schema.safeParse({ ...input, other: 1 }).success));
replacing('is described with its read-only fields, which are optional', () => {
  const { properties, required } = z.toJSONSchema(schema);
  assert.equal(required, ['colour', 'size']);
  assert.equal(Object(properties).rooms, {
    type: 'array',
    items: { type: 'string' },
    description: 'The rooms. Read-only: accepted if it equals the current value.',
    readOnly: true,
  });
});
replacing.run();

const patches = suite('a merge patch');

patches('changes the fields that it has, also parts of them', () => {
  const unchanged = { colour: 'red', size: { width: 1, height: 2 } };
  assert.equal(patchBy({}), unchanged);
  assert.equal(patchBy({ colour: 'blue' }), { ...unchanged, colour: 'blue' });
  assert.equal(patchBy({ size: { height: 3 } }), { ...unchanged, size: { width: 1, height: 3 } });
  assert.equal(patchBy({ note: 'x' }), { ...unchanged, note: 'x' });
});
patches('removes a field that is null, if it is optional', () => {
  const noted = setUp(body, { ...current, note: 'x' });
  assert.equal(noted.patchBy({})['note'], 'x');
  assert.not('note' in noted.patchBy({ note: null }));
  assert.equal(
    pointersOf(() => patchBy({ colour: null, size: { width: null } })),
    ['/colour', '/size/width'],
  );
});
patches('may have read-only fields with their current values', () => {
  assert.equal(patchBy({ id: 1, rooms: ['A', 'B'], colour: 'blue' })['colour'], 'blue');
  assert.equal(
    pointersOf(() => patchBy({ id: 2, rooms: null })),
    ['/id', '/rooms'],
  );
});
patches('may not add other fields; removing one has no effect', () => {
  assert.equal(
    pointersOf(() => patchBy({ other: 1, size: { depth: 1 } })),
    ['/size/depth', '/other'],
  );
  assert.is(patchBy({ other: null })['colour'], 'red');
});
patches('may have a null where the body may', () => {
  const nullable = setUp(z.strictObject({ colour: z.string(), note: z.string().nullable() }));
  assert.equal(nullable.patchBy({}), { colour: 'red', note: null });
});
patches('finds a field that the document does not have in the state', () => {
  const { patchBy } = setUp(z.strictObject({ colour: z.string(), watts: z.int() }));
  const state = { watts: 65, colour: 'black', secret: 1 };
  assert.equal(patchBy({}, { state }), { watts: 65, colour: 'red' });
  assert.equal(patchBy({ watts: 30 }, { state }), { watts: 30, colour: 'red' });
});
patches('of a union of bodies has the fields of the alternative that the result matches', () => {
  const union = setUp(
    z.union([
      z.strictObject({ colour: z.literal('red'), size: Size }),
      z.strictObject({ colour: z.literal('blue'), note: z.string() }),
    ]),
  );
  assert.equal(union.patchBy({}), { colour: 'red', size: { width: 1, height: 2 } });
  assert.equal(union.patchBy({ colour: 'blue', note: 'x' }), { colour: 'blue', note: 'x' });
  assert.is(problemOfCall(() => union.patchBy({ colour: 'green' })).code, 'invalid');
});
patches('of an entity that does not exist changes nothing', () =>
  assert.equal(patchBy({ colour: 1 }, { state: contract.fold.initial }), {}),
);
patches('is described by the fields of the body, none of which is required', () => {
  const { override } = patchSchema.meta() ?? {};
  assert.equal(Object.keys(Object(override).properties), ['colour', 'size', 'note', 'id', 'rooms']);
  assert.not(patchSchema.safeParse([]).success);
});
patches.run();
