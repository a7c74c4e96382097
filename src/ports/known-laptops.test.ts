import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Rejection } from '../core/decider.ts';
import { knownPorts } from '../laptops/known-ports.ts';
import { laptopDecider } from '../laptops/laptop.ts';
import type { LaptopEvent } from '../laptops/events.ts';
import type { PortEvent } from './events.ts';
import { knownLaptops } from './known-laptops.ts';
import { portDecider } from './port.ts';

/** The state after the events; what does not follow is skipped, as the fold of a stream does it. */
function fold<State, Event>(
  { initial, evolve }: { initial: State; evolve(state: State, event: Event): State | Rejection },
  events: readonly Event[],
): State {
  return events.reduce<State>((state, event) => {
    const next = evolve(state, event);
    return next instanceof Rejection ? state : next;
  }, initial);
}

const title = fc.constantFrom('Lenovo', 'IBM');
const portId = fc.integer({ min: 1, max: 3 });
const laptopEvent: fc.Arbitrary<LaptopEvent> = fc.oneof(
  fc.record({ type: fc.constant('LaptopAdded' as const), title, model: title }),
  fc.record({ type: fc.constant('LaptopRevised' as const), title }),
  fc.constant({ type: 'LaptopRemoved' as const }),
  fc.record({ type: fc.constant('PortFitted' as const), portId }),
  fc.record({ type: fc.constant('PortUnfitted' as const), portId }),
);
const portEvent: fc.Arbitrary<PortEvent> = fc.oneof(
  fc.record({ type: fc.constant('PortAdded' as const), name: title }),
  fc.record({ type: fc.constant('PortRenamed' as const), name: title, from: fc.constant(null) }),
  fc.constant({ type: 'PortRemoved' as const }),
);

const knowing = suite('what one service knows of the other one');

knowing('of a laptop is what the laptop service itself holds', () =>
  fc.assert(
    fc.property(fc.array(laptopEvent, { size: 'medium' }), (events) =>
      assert.equal(fold(knownLaptops.fold, events), fold(laptopDecider, events)),
    ),
  ),
);
knowing('of a port is what the port service itself holds', () =>
  fc.assert(
    fc.property(fc.array(portEvent, { size: 'medium' }), (events) =>
      assert.equal(fold(knownPorts.fold, events), fold(portDecider, events)),
    ),
  ),
);
knowing.run();
