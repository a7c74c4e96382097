/** A service whose domain code has faults that a service author can make. */

import { defineService } from '@portside/kit/runtime';
import { defineEvents, Rejection, type Contract } from '@portside/kit';
import { z } from 'zod';

const Level = (max: number) => z.int().min(0).max(max);
const level = Level(12);

const GaugeAdded = z.object({ type: z.literal('GaugeAdded'), level });
const GaugeSet = z.object({ type: z.literal('GaugeSet'), level });
const GaugeMapped = z.object({ type: z.literal('GaugeMapped') });
const gaugeEvents = defineEvents({
  GaugeAdded: { schema: GaugeAdded },
  GaugeSet: { schema: GaugeSet },
  GaugeMapped: { schema: GaugeMapped },
});
type GaugeEvent = z.infer<typeof GaugeAdded | typeof GaugeSet | typeof GaugeMapped>;

type Gauge = { readonly level: number } | undefined;
type GaugeCommand = { readonly type: 'Add' | 'Set' | 'Remove'; readonly level: number };

/** `evolve` throws on this level. */
export const faultyLevel = 7;

const gaugeContract: Contract<Gauge, GaugeEvent> = {
  name: 'gauges',
  streamFile: new URL('streams/gauges.json', import.meta.url),
  events: gaugeEvents,
  fold: {
    initial: undefined,
    evolve(gauge, event) {
      if (event.type === 'GaugeMapped') {
        const notJson: unknown = new Map([[1, 1]]);
        // The compiler rejects a Map in a state, but not behind a type assertion.
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        return { level: notJson as number };
      }
      if (event.level === faultyLevel) throw new RangeError('faulty level');
      if (event.type === 'GaugeAdded' && gauge !== undefined)
        return new Rejection('the gauge already exists');
      return { level: event.level };
    },
  },
};

const GaugeDocument = z.object({ id: z.int(), level }).meta({ id: 'Gauge' });
/** More than the events allow. */
const body = z.strictObject({ level: Level(24) });

export const gaugeService = defineService({
  module: import.meta.url,
  contract: gaugeContract,
  version: '1.0.0',
  defaults: { httpPort: 5003, probePort: 9003 },
  decider: {
    ...gaugeContract.fold,
    decide({ type, level: wanted }: GaugeCommand): readonly GaugeEvent[] {
      if (type === 'Set') return [{ type: 'GaugeSet', level: wanted }];
      // Also for a gauge that exists, which `evolve` rejects.
      return [{ type: 'GaugeAdded', level: wanted }];
    },
  },
  resource: {
    names: ['gauges'],
    noun: 'gauge',
    schema: GaugeDocument,
    present: ({ id, state }) => state && { id, ...state },
    filters: {},
    add: {
      verb: 'add',
      body: body.extend({ id: z.int().optional() }).meta({ id: 'NewGauge' }),
      command: ({ level: wanted }): GaugeCommand => ({ type: 'Add', level: wanted }),
    },
    change: {
      verb: 'set',
      body: body.meta({ id: 'SetGauge' }),
      command: ({ level: wanted }): GaugeCommand => ({ type: 'Set', level: wanted }),
    },
    remove: { verb: 'remove', command: (): GaugeCommand => ({ type: 'Remove', level: 0 }) },
  },
});
