import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { Fold } from '../../domain/decider.ts';
import { normalizeIndexes } from '../../domain/service/index-definition.ts';
import { decodeImage, encodeImage } from './snapshot-image.ts';
import { stateLines } from './state-digest.ts';
import { createView } from './view.ts';

type Weighed = { readonly type: 'Weighed'; readonly weight: number };
type Parcel = { readonly weight: number } | undefined;

/** A weight of 0 removes the parcel. */
const fold: Fold<Parcel, Weighed> = {
  initial: undefined,
  evolve: (_parcel, { weight }) => (weight === 0 ? undefined : { weight }),
};
const indexes = normalizeIndexes({
  weight: { key: z.int(), one: ({ weight }: { readonly weight: number }) => weight },
});
const id = fc.stringMatching(/^[A-Ba-b0-1][A-Ba-b0-1_-]{0,2}$/);
const changes = fc.array(fc.record({ id, weight: fc.integer({ min: 0, max: 3 }) }));

function apply(weighed: readonly { id: string; weight: number }[], view = createView(fold, { indexes })) {
  for (const [index, { id, weight }] of weighed.entries()) {
    const position = view.position + 1;
    const identity = {
      position,
      time: index,
      nanoseconds: 0,
      messageId: undefined,
      commandDigest: undefined,
    };
    view.apply({ ...identity, id, subject: `parcels.events.${id}`, content: { type: 'Weighed', weight } });
  }
  return view;
}

/** Returns id and weight of each existing parcel, in the order of code units. */
function expectedOf(weighed: readonly { id: string; weight: number }[]) {
  const last = new Map(weighed.map(({ id, weight }) => [id, weight]));
  return [...last].filter(([, weight]) => weight > 0).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const test = suite('a view of entities with text ids');

test('lists them in the order of code units, from any id on', () =>
  fc.assert(
    fc.property(changes, fc.option(id, { nil: undefined }), (weighed, after) => {
      const found = apply(weighed).list({ after, limit: 100 });
      const expected = expectedOf(weighed).filter(([each]) => after === undefined || each > after);
      assert.equal(
        found.map(({ id, state }) => [id, state?.weight]),
        expected,
      );
    }),
  ));
test('filters and sorts them by an index that is kept up to date', () =>
  fc.assert(
    fc.property(changes, changes, id, (first, second, after) => {
      const view = apply(first);
      // Builds the index.
      view.list({ where: { weight: 1 }, sort: { by: 'weight' }, limit: 1 });
      apply(second, view);
      const expected = expectedOf([...first, ...second]);
      const idsOf = (found: readonly (readonly [string, number])[]) => found.map(([each]) => each);
      assert.equal(
        view.list({ where: { weight: 2 }, after, limit: 100 }).map((entity) => entity.id),
        idsOf(expected.filter(([each, weight]) => weight === 2 && each > after)),
      );
      const sorted = expected.toSorted(([, a], [, b]) => a - b);
      assert.equal(
        view
          .list({ sort: { by: 'weight', after: { key: 2, id: after } }, limit: 100 })
          .map((entity) => entity.id),
        idsOf(sorted.filter(([each, weight]) => weight > 2 || (weight === 2 && each > after))),
      );
    }),
  ));
test('is the same after a snapshot, with the same digest', async () =>
  fc.assert(
    fc.asyncProperty(changes, async (weighed) => {
      const view = apply(weighed);
      async function* stored() {
        yield* encodeImage(view.capture(), fold.initial);
      }
      const restored = createView(fold, { indexes, image: await decodeImage(stored(), fold.initial) });
      assert.equal(restored.list({ limit: 100 }), view.list({ limit: 100 }));
      assert.equal(
        [...stateLines(restored.capture(), fold.initial)],
        [...stateLines(view.capture(), fold.initial)],
      );
    }),
  ));
test.run();
