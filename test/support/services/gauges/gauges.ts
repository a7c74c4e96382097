/** A service whose domain code has faults that a service author can make, and bodies that parsing changes. */

import { defineEvents, defineService, Rejection, type Contract } from '@portside/kit';
import { z } from 'zod';

const Level = (max: number) => z.int().min(0).max(max);
const level = Level(12);

const GaugeAdded = z.object({ type: z.literal('GaugeAdded'), level });
const GaugeMapped = z.object({ type: z.literal('GaugeMapped') });
const GaugeTurned = z.object({ type: z.literal('GaugeTurned') });
const GaugeScrapped = z.object({ type: z.literal('GaugeScrapped') });
const GaugeNoted = z.object({ type: z.literal('GaugeNoted'), note: z.string() });
const gaugeEvents = defineEvents({
  GaugeAdded: { schema: GaugeAdded },
  GaugeMapped: { schema: GaugeMapped },
  GaugeTurned: { schema: GaugeTurned },
  GaugeScrapped: { schema: GaugeScrapped },
  GaugeNoted: { schema: GaugeNoted },
});
type GaugeEvent = z.infer<
  typeof GaugeAdded | typeof GaugeMapped | typeof GaugeTurned | typeof GaugeScrapped | typeof GaugeNoted
>;

type Gauge = { level: number } | undefined;

/** `evolve` throws on this level. */
export const faultyLevel = 7;

/** The function of the index throws on this level. */
export const unindexedLevel = 4;

/** `present` throws on this level. */
export const unpresentableLevel = 11;

/** `present` modifies the state at this level. */
export const levelOfPresent = 9;

/** The function of the index modifies the state at this level. */
export const levelOfIndex = 10;

const gaugeContract: Contract<Gauge, GaugeEvent> = {
  name: 'gauges',
  noun: 'gauge',
  streamFile: new URL('streams/gauges.json', import.meta.url),
  events: gaugeEvents,
  fold: {
    initial: undefined,
    evolve(gauge, event) {
      if (event.type === 'GaugeScrapped') return undefined;
      if (event.type === 'GaugeMapped') {
        const notJson: unknown = new Map([[1, 1]]);
        // The compiler rejects a Map in a state, but not behind a type assertion.
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        return { level: notJson as number };
      }
      if (event.type === 'GaugeNoted') return gauge ?? new Rejection('there is no gauge');
      if (event.type === 'GaugeTurned') {
        if (gauge === undefined) return new Rejection('the gauge does not exist');
        gauge.level += 1;
        return gauge;
      }
      if (event.level === faultyLevel) throw new RangeError('faulty level');
      if (gauge !== undefined) return new Rejection('the gauge already exists');
      return { level: event.level };
    },
  },
};

const id = z.int().meta({ description: 'A positive integer.', example: 1 });
const GaugeDocument = z.object({ id, level }).meta({ id: 'Gauge', example: { id: 1, level: 5 } });
/** More than the events allow. */
const SetGauge = z.strictObject({ level: Level(24) }).meta({ id: 'SetGauge', example: { level: 5 } });

export const gaugeService = defineService({
  module: import.meta.url,
  contract: gaugeContract,
  version: '1.0.0',
  defaults: { httpPort: 5003, probePort: 9003 },
  commands: ({ create, command, remove }) => ({
    add: create({
      body: SetGauge.meta({ id: 'NewGauge', example: { level: 5 } }),
      decide: ({ level: wanted }) => [{ type: 'GaugeAdded', level: wanted }],
    }),
    // `evolve` rejects this event, because the gauge exists.
    addAgain: command({ decide: () => [{ type: 'GaugeAdded', level: 1 }] }),
    note: command({
      body: z.strictObject({ note: z.string().default(() => crypto.randomUUID()) }),
      decide: ({ note }) => [{ type: 'GaugeNoted', note }],
    }),
    tag: command({
      put: 'tags/{tag}',
      params: { tag: z.int() },
      body: z.strictObject({
        names: z.array(z.string()).transform((names) => new Set(names)),
        count: z.int().default(0).transform(BigInt),
      }),
      decide: ({ names, tag, count }) => [{ type: 'GaugeNoted', note: [tag, count, ...names].join() }],
    }),
    // `evolve` modifies the state on this event.
    turn: command({ decide: () => [{ type: 'GaugeTurned' }] }),
    // The state after this event is not JSON.
    map: command({ decide: () => [{ type: 'GaugeMapped' }] }),
    reset: command({
      decide(_, gauge) {
        gauge.level = 0;
        return [];
      },
    }),
    // The event does not end the existence of the gauge.
    lose: remove({ decide: () => [{ type: 'GaugeNoted', note: 'lost' }] }),
    // Only a command declared with `remove` may end the existence of an entity.
    scrap: command({ decide: () => [{ type: 'GaugeScrapped' }] }),
  }),
  indexes: {
    level: {
      key: Level(24),
      one(gauge) {
        if (gauge.level === unindexedLevel) throw new RangeError('faulty index');
        if (gauge.level === levelOfIndex) gauge.level = 0;
        return gauge.level;
      },
    },
  },
  queries: ({ query }) => ({
    faulty: query({
      params: { fault: z.enum(['undefined', 'type', 'promise', 'none']) },
      result: z.array(z.object({ id: z.string() })),
      answer(_view, { fault }) {
        const answers = { undefined, type: [{ id: 7 }], promise: Promise.resolve([]), none: [{ id: '7' }] };
        // The compiler rejects these answers, but not behind a type assertion.
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        return answers[fault] as { id: string }[];
      },
    }),
    drain: query({
      result: z.int(),
      answer(view) {
        const gauges = view.list({ limit: 100 });
        for (const { state } of gauges) state.level = 0;
        return gauges.length;
      },
    }),
  }),
  document: GaugeDocument,
  present({ id: gaugeId, state }) {
    if (state.level === levelOfPresent) state.level = 0;
    if (state.level === unpresentableLevel) throw new RangeError('faulty document');
    return { id: gaugeId, ...state };
  },
});
