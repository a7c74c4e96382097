import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { createMemoryStore, storedMessage } from '../../../test/support/memory-store.ts';
import type { DomainEvent, Fold } from '../domain/decider.ts';
import { problemOfCall } from '../../../test/support/problem-of-call.ts';
import { Problem } from '../domain/problem.ts';
import { defineEvents } from '../domain/event-schema.ts';
import { defineService } from '../domain/service/define-service.ts';
import { normalizeIndexes } from '../domain/service/index-definition.ts';
import type { FollowedProjection } from './followed-projection.ts';
import { createLookups, joinResource, PresentFailed, relationIndex } from './joined-resource.ts';
import { QueryFailed } from '../domain/service/query.ts';
import { createView } from './view/view.ts';

/** A plug: its name, which is the type of its last event. */
const plugFold: Fold<unknown, DomainEvent> = {
  initial: undefined,
  evolve: (_plug, { type }) => (type === 'removed' ? undefined : type),
};

const plugMessage = (position: number, id: number, type: string) =>
  storedMessage<DomainEvent>(position, { type }, { id });

/** The name of a plug that has no document. */
const unpresentable = 'broken';

/** The plugs 1 and 2, at the positions 1 and 2 of the followed stream. */
function createPlugs() {
  const messages = [plugMessage(1, 1, 'A'), plugMessage(2, 2, 'B')];
  // Every plug refers to the charger 7.
  const indexes = normalizeIndexes({ [relationIndex]: { key: z.int(), each: () => [7] } });
  const view = createView(plugFold, { indexes });
  for (const each of messages) view.apply(each);
  const concurrent = { now: 0, max: 0 };
  const reads = createMemoryStore(messages);
  const store = createMemoryStore(messages, {
    currentTime: () => Promise.resolve(60_000),
    async historyOfAnyServer(id, range) {
      concurrent.now += 1;
      concurrent.max = Math.max(concurrent.max, concurrent.now);
      await new Promise((resolve) => setImmediate(resolve));
      concurrent.now -= 1;
      return reads.historyOfAnyServer(id, range);
    },
  });
  const projection: FollowedProjection = { stream: 'PLUGS', fold: plugFold, view, store };
  return {
    projection,
    concurrent,
    apply(id: number, type: string) {
      const next = plugMessage(view.position + 1, id, type);
      messages.push(next);
      view.apply(next);
    },
  };
}

const contractOf = (name: string, noun: string) => ({
  name,
  noun,
  streamFile: new URL(`file:///${name}.json`),
  events: defineEvents({ Any: { schema: z.object({ type: z.string() }) } }),
});

/** A charger: the ids of its plugs. Its document has their names. */
function createChargers() {
  const plugs = createPlugs();
  let presented = 0;
  const initial: readonly number[] | undefined = undefined;
  const service = defineService({
    module: 'file:///chargers.ts',
    contract: {
      ...contractOf('chargers', 'charger'),
      fold: { initial, evolve: (state: readonly number[] | undefined) => state },
    },
    version: '1.0.0',
    defaults: { httpPort: 0, probePort: 0 },
    follows: { plugs: { ...contractOf('plugs', 'plug'), fold: plugFold } },
    commands: () => ({}),
    document: z.object({ plugs: z.array(z.unknown()) }),
    // A plug whose name is a number is an extension lead: its document has the plug with this id instead.
    present({ state }, lookups) {
      presented += 1;
      const nameOf = (id: number): unknown => {
        const name = lookups.plugs(id);
        return Number(name) > 0 ? nameOf(Number(name)) : name;
      };
      return { plugs: state.map((id) => nameOf(id) ?? null) };
    },
    queries: ({ query }) => ({
      plugged: query({
        params: { id: z.int() },
        result: z.looseObject({}),
        answer: ({ find, list }, { id }, lookups) => ({
          charger: find(id),
          plugs: find(id)?.state.map(lookups.plugs),
          all: list({ limit: 10 }).length,
        }),
      }),
    }),
    relations: {
      plugs: {
        each: () => [7],
        document: z.object({}),
        present({ id, state }) {
          if (state === unpresentable) throw new RangeError('no document');
          return { id, name: state };
        },
      },
    },
  });
  const joined = joinResource(service, { plugs: plugs.projection });
  return { ...plugs, service, joined, presented: () => presented };
}

const charger = (...state: readonly number[]) => ({ id: 5, state, version: 3 });
const removed = { id: 5, state: undefined, version: 4 };

const current = suite('a document that is joined with a followed stream');

current('has the current states of the entities that it refers to', () => {
  const { joined, apply } = createChargers();
  assert.equal(joined.presentExisting(charger(1, 2, 3)).body, { plugs: ['A', 'B', null] });
  apply(1, 'C');
  assert.equal(joined.presentExisting(charger(1)).body, { plugs: ['C'] });
});
current('has the highest version of these entities, by stream', () => {
  const { joined, apply } = createChargers();
  assert.equal(joined.presentExisting(charger(2, 1)).joinedVersions, { PLUGS: 2 });
  assert.equal(joined.presentExisting(charger(1)).joinedVersions, { PLUGS: 1 });
  assert.equal(joined.presentExisting(charger()).joinedVersions, {});
  apply(1, 'C');
  assert.equal(joined.presentExisting(charger(1, 2)).joinedVersions, { PLUGS: 3 });
});
current('does not exist if the entity does not', () => {
  const { joined } = createChargers();
  for (const run of [() => joined.presentExisting(removed), () => joined.serializeExisting(removed)]) {
    const { code, message } = problemOfCall(run);
    assert.equal([code, message], ['not-found', 'There is no charger 5.']);
  }
});
current('that cannot be created is an error with the id of the entity and the cause', () => {
  const { joined } = createChargers();
  const broken = { id: 5, state: null, version: 3 };
  for (const run of [() => joined.presentExisting(broken), () => joined.serializeExisting(broken)]) {
    assert.throws(
      run,
      (error: unknown) =>
        error instanceof PresentFailed &&
        error.name === 'PresentFailed' &&
        error.entityId === 5 &&
        error.message === 'present failed for charger 5' &&
        error.cause instanceof TypeError,
    );
  }
});
current('keeps the other properties of the service', () => {
  const { joined } = createChargers();
  assert.equal([joined.nouns.noun, joined.names], ['charger', ['chargers']]);
});
current.run();

const texts = suite('the JSON text of a document');

texts('has the same content and versions as the document', () => {
  const { joined } = createChargers();
  const { text, joinedVersions } = joined.serializeExisting(charger(1, 2));
  assert.equal([text, joinedVersions], ['{"plugs":["A","B"]}', { PLUGS: 2 }]);
});
texts('is cached until the entity or a followed stream changes', () => {
  const { joined, apply, presented } = createChargers();
  joined.serializeExisting(charger(1));
  joined.serializeExisting(charger(1));
  assert.is(presented(), 1);
  assert.is(joined.serializeExisting({ ...charger(2), version: 4 }).text, '{"plugs":["B"]}');
  assert.is(presented(), 2);
  apply(2, 'C');
  assert.is(joined.serializeExisting({ ...charger(2), version: 4 }).text, '{"plugs":["C"]}');
  assert.is(joined.serializeExisting({ ...charger(1), id: 6, version: 4 }).text, '{"plugs":["A"]}');
});
texts.run();

const earlier = suite('a document as of a time');

earlier('has the states of that time', async () => {
  const { joined, apply } = createChargers();
  apply(1, 'C');
  apply(2, 'removed');
  const at = (time: number) => joined.presentAsOf(charger(1, 2), () => Promise.resolve(time));
  assert.equal(await at(2_000), { body: { plugs: ['A', 'B'] }, joinedVersions: { PLUGS: 2 } });
  assert.equal((await at(1_500)).body, { plugs: ['A', null] });
  assert.equal((await at(3_500)).body, { plugs: ['C', 'B'] });
  assert.equal((await at(4_000)).body, { plugs: ['C', null] });
  assert.equal(joined.presentExisting(charger(1, 2)).body, { plugs: ['C', null] });
});
earlier('includes entities that only the earlier states refer to', async () => {
  const { joined, apply } = createChargers();
  apply(1, '2');
  apply(1, 'C');
  apply(2, 'D');
  const at = (time: number) => joined.presentAsOf(charger(1), () => Promise.resolve(time));
  assert.equal((await at(3_000)).body, { plugs: ['B'] });
  assert.equal((await at(4_000)).body, { plugs: ['C'] });
});
earlier('needs the time only if it refers to entities of a followed stream', async () => {
  const { joined } = createChargers();
  const unused = () => Promise.reject(new Error('unexpected call'));
  assert.equal((await joined.presentAsOf(charger(), unused)).body, { plugs: [] });
});
earlier('may be one of many, whose histories are read at most 16 at a time', async () => {
  const { joined, apply, concurrent } = createChargers();
  for (let id = 3; id <= 40; id++) apply(id, `plug ${id}`);
  const chargers = Array.from({ length: 40 }, (_, index) => ({ id: index, state: [index + 1], version: 1 }));
  const documents = await joined.presentAllAsOf(chargers, () => Promise.resolve(50_000));
  assert.equal(
    documents.slice(0, 3).map(({ body }) => body),
    [{ plugs: ['A'] }, { plugs: ['B'] }, { plugs: ['plug 3'] }],
  );
  assert.is(documents.length, 40);
  assert.is(concurrent.max, 16);
});
earlier('does not exist if the entity did not', async () => {
  const { joined } = createChargers();
  const error: unknown = await joined
    .presentAsOf(removed, () => Promise.resolve(2_000))
    .catch((reason: unknown) => reason);
  assert.ok(error instanceof Problem && error.code === 'not-found');
});
earlier.run();

const referring = suite('the entities that refer to one of this service');

referring('are listed by ascending id, in pages, without those that were removed', () => {
  const { joined, apply } = createChargers();
  const [relation, ...others] = joined.relations;
  assert.equal([relation?.name, relation?.nouns.noun, others], ['plugs', 'plug', []]);
  const list = (after: number, limit: number) => relation?.list(7, { after, limit });
  const [first, second] = [
    { id: 1, body: { id: 1, name: 'A' } },
    { id: 2, body: { id: 2, name: 'B' } },
  ];
  assert.equal(list(0, 10), [first, second]);
  assert.equal(list(0, 1), [first]);
  assert.equal(list(1, 10), [second]);
  assert.equal(relation?.list(8, { after: 0, limit: 10 }), []);
  apply(1, 'removed');
  assert.equal(list(0, 10), [second]);
});
referring('name the entity whose document cannot be created', () => {
  const { joined, apply } = createChargers();
  apply(2, unpresentable);
  assert.throws(
    () => joined.relations[0]?.list(7, { after: undefined, limit: 10 }),
    (error: unknown) =>
      error instanceof PresentFailed &&
      error.entityId === 2 &&
      error.message === 'present failed for plug 2' &&
      error.cause instanceof RangeError,
  );
});
referring('require that the service follows the stream', () => {
  const { service } = createChargers();
  assert.throws(() => joinResource({ ...service, follows: {} }, {}), /the service does not follow plugs/);
});
referring.run();

const querying = suite('a query');

querying('reads the entities of the service, and the current ones of followed streams', () => {
  const { joined, service } = createChargers();
  const view = createView<unknown, DomainEvent>({
    initial: service.contract.fold.initial,
    evolve: (_state, { type }) => (type === 'removed' ? undefined : [1, 2]),
  });
  view.apply(plugMessage(1, 5, 'added'));
  view.apply(plugMessage(2, 6, 'removed'));
  const [plugged, ...others] = joined.queries;
  assert.equal([plugged?.name, others], ['plugged', []]);
  const found = { id: 5, state: [1, 2], version: 1 };
  assert.equal(plugged?.answer(view, { id: 5 }), { charger: found, plugs: ['A', 'B'], all: 1 });
  assert.equal(plugged?.answer(view, { id: 6 }), { charger: undefined, plugs: undefined, all: 1 });
});
querying('that throws is an error with its name and the cause, unless it throws a problem', () => {
  const { joined, service } = createChargers();
  const [plugged] = joined.queries;
  const viewThatThrows = (cause: unknown) => ({
    ...createView(service.contract.fold),
    find() {
      throw cause;
    },
  });
  const cause = new TypeError('read-only');
  assert.throws(
    () => plugged?.answer(viewThatThrows(cause), { id: 5 }),
    (error: unknown) =>
      error instanceof QueryFailed && error.message === 'the query "plugged" failed' && error.cause === cause,
  );
  const problem = new Problem('not-found', 'There is no charger 5.');
  assert.is(
    problemOfCall(() => plugged?.answer(viewThatThrows(problem), { id: 5 })),
    problem,
  );
});
querying.run();

const lookups = suite('the lookups of a decider');

lookups('return states by the name of the service and the id', () => {
  const { projection } = createPlugs();
  const { plugs } = createLookups({ plugs: projection }, ({ view }, id) => view.find(id));
  assert.equal([plugs?.(1), plugs?.(9)], ['A', undefined]);
});
lookups.run();
