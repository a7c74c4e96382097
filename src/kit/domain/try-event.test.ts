import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Rejection, type Fold } from './decider.ts';
import { freeze } from './frozen.ts';
import { NotJson } from './json-state.ts';
import { tryEvent } from './try-event.ts';

type Item = { readonly notes: string[]; readonly at?: unknown } | undefined;
type Noted = { readonly type: 'Noted'; readonly tags: string[] };
type Evolve = Fold<Item, Noted>['evolve'];

const noted: Noted = { type: 'Noted', tags: ['b', 'a'] };
const start = (): Item => freeze({ notes: ['x'] });

function failureOf(evolve: Evolve): Rejection {
  const found = tryEvent({ initial: undefined, evolve }, start(), noted);
  assert.instance(found, Rejection);
  return found instanceof Rejection ? found : new Rejection('');
}

const test = suite('tryEvent');

test('returns what a correct `evolve` returns, frozen to the last level', () => {
  const evolve: Evolve = (item, { tags }) => ({ notes: [...(item?.notes ?? []), ...tags], at: undefined });
  const state = tryEvent({ initial: undefined, evolve }, start(), noted);
  assert.equal(state, { notes: ['x', 'b', 'a'] });
  assert.ok(Object.isFrozen(state) && !(state instanceof Rejection) && Object.isFrozen(state?.notes));
});
test('returns the initial state itself, and a Rejection of `evolve`', () => {
  const initial = { notes: [] };
  const rejection = new Rejection('no');
  assert.is(tryEvent({ initial, evolve: () => initial }, start() ?? initial, noted), initial);
  assert.is(tryEvent({ initial: undefined, evolve: () => undefined }, start(), noted), undefined);
  assert.is(tryEvent({ initial: undefined, evolve: () => rejection }, start(), noted), rejection);
});
test('rejects an event on which `evolve` modifies the state', () => {
  const { reason, cause } = failureOf((item) => {
    item?.notes.push('y');
    return item;
  });
  assert.is(reason, 'evolve threw an error on Noted');
  assert.match(String(cause), 'object is not extensible');
});
test('rejects an event that `evolve` modifies', () => {
  const { cause } = failureOf((_, { tags }) => ({ notes: [String(tags.push('c'))] }));
  assert.match(String(cause), /not extensible/);
});
test('rejects an event on which `evolve` returns another state at each call', () => {
  let calls = 0;
  const reason = 'evolve returned two different states for the same Noted';
  assert.is(failureOf(() => ({ notes: [], at: (calls += 1) })).reason, reason);
  assert.is(failureOf(() => ((calls += 1) % 2 === 0 ? undefined : { notes: [] })).reason, reason);
  assert.is(failureOf(() => ((calls += 1) % 2 === 0 ? { notes: [] } : new Rejection('odd'))).reason, 'odd');
});
test('rejects an event on which `evolve` returns the initial state only at the first call', () => {
  const initial: Item = { notes: [] };
  let calls = 0;
  const evolve: Evolve = () => ((calls += 1) === 1 ? initial : { notes: ['x'] });
  const found = tryEvent({ initial, evolve }, initial, noted);
  assert.is(
    found instanceof Rejection && found.reason,
    'evolve returned two different states for the same Noted',
  );
});
test('calls `evolve` again after the pause', () => {
  let time = 1;
  const evolve: Evolve = () => ({ notes: [], at: time });
  assert.instance(
    tryEvent({ initial: undefined, evolve }, start(), noted, () => (time += 1)),
    Rejection,
  );
});
test('rejects an event after which the state is null, unless this is the initial state', () => {
  type Nullable = { readonly notes: string[] } | null | undefined;
  const evolve = (): Nullable => null;
  const found = tryEvent<Nullable, Noted>({ initial: undefined, evolve }, { notes: [] }, noted);
  assert.is(
    found instanceof Rejection && found.reason,
    'after Noted, the state is null, which is not the initial state',
  );
  assert.is(tryEvent<Nullable, Noted>({ initial: null, evolve }, { notes: [] }, noted), null);
});
test('rejects an event after which the state is not JSON', () => {
  const reason = 'after Noted, the state.at is not JSON: Map';
  const { reason: found, cause } = failureOf(() => ({ notes: [], at: new Map() }));
  assert.is(found, reason);
  assert.instance(cause, NotJson);
  const shared = { notes: [], at: new Map() };
  assert.is(failureOf(() => shared).reason, reason);
});
test.run();
