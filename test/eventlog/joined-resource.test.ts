/** Two streams have no common order. Replicas that interleave them differently must end in the same state. */

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { portService } from '../../src/ports/port.ts';
import { laptopService } from '../../src/laptops/laptop.ts';
import { laptopContract, type LaptopEvent } from '#contracts/laptops';
import { portContract, type PortEvent } from '#contracts/ports';
import type { DomainEvent } from '../../src/kit/domain/decider.ts';
import type { KeysOf } from '../../src/kit/domain/service/index-definition.ts';
import type { StoredMessage } from '../../src/kit/domain/stored-message.ts';
import type { FollowedProjection } from '../../src/kit/eventlog/followed-projection.ts';
import { joinResource } from '../../src/kit/eventlog/joined-resource.ts';
import { createView } from '../../src/kit/eventlog/view/view.ts';

const portIdsOf: KeysOf = (laptop) => portService.relations['laptops']?.each(laptop) ?? [];

type Published<Event> = { readonly id: number; readonly event: Event };

const id = fc.integer({ min: 1, max: 3 });
const text = fc.constantFrom('A', 'B');
const laptopEvent = fc.record({
  id,
  event: fc.oneof(
    fc.record({ type: fc.constant('LaptopAdded' as const), title: text, model: text }),
    fc.constant({ type: 'LaptopRemoved' as const }),
    fc.record({ type: fc.constant('PortFitted' as const), portId: id }),
    fc.record({ type: fc.constant('PortUnfitted' as const), portId: id }),
  ),
});
const portEvent = fc.record({
  id,
  event: fc.oneof(
    fc.record({ type: fc.constant('PortAdded' as const), name: text }),
    fc.record({ type: fc.constant('PortRenamed' as const), name: text, from: fc.constant(null) }),
    fc.constant({ type: 'PortRemoved' as const }),
  ),
});

/** Converts events to stored messages with the positions 1, 2, 3 … */
function store<Event extends DomainEvent>(stream: readonly Published<Event>[]): StoredMessage<Event>[] {
  return stream.map(({ id: entity, event }, index) => ({
    position: index + 1,
    time: index,
    nanoseconds: 0,
    subject: `things.events.${entity}`,
    id: entity,
    messageId: undefined,
    commandDigest: undefined,
    content: event,
  }));
}

/**
 * Applies both streams, each in its own order, interleaved as `turns` specifies (true: a laptop message). Returns the
 * state that a replica exposes.
 */
function applyInterleaved(
  laptopStream: readonly Published<LaptopEvent>[],
  portStream: readonly Published<PortEvent>[],
  turns: readonly boolean[],
) {
  const laptops = createView(laptopContract.fold);
  const ports = createView(portContract.fold);
  const reverse = createView(laptopContract.fold, { indexes: { ports: portIdsOf } });
  const [ofLaptops, ofPorts] = [store(laptopStream), store(portStream)];
  for (const isLaptop of [...turns, ...ofLaptops.map(() => true), ...ofPorts.map(() => false)]) {
    if (isLaptop) {
      const message = ofLaptops.shift();
      if (message === undefined) continue;
      laptops.apply(message);
      reverse.apply(message);
    } else {
      const message = ofPorts.shift();
      if (message !== undefined) ports.apply(message);
    }
  }
  // A read of the current state uses nothing but the view.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const followedPorts = {
    stream: 'PORTS',
    fold: portContract.fold,
    view: ports,
  } as unknown as FollowedProjection;
  const { presentExisting } = joinResource(laptopService, { ports: followedPorts });
  return {
    laptops: laptops.list({ limit: Infinity }).map((laptop) => presentExisting(laptop).body),
    rejected: [...laptops.rejections(), ...ports.rejections()],
    laptopsOf: [1, 2, 3].map((port) => reverse.list({ limit: Infinity, where: { ports: port } })),
  };
}

const interleaving = suite('two streams');

interleaving('lead to the same state however they are interleaved', () => {
  const streams = fc.record({
    laptops: fc.array(laptopEvent, { maxLength: 30 }),
    ports: fc.array(portEvent, { maxLength: 30 }),
    turns: fc.array(fc.boolean(), { maxLength: 60 }),
    others: fc.array(fc.boolean(), { maxLength: 60 }),
  });
  fc.assert(
    fc.property(streams, ({ laptops, ports, turns, others }) => {
      assert.equal(applyInterleaved(laptops, ports, turns), applyInterleaved(laptops, ports, others));
    }),
    { numRuns: 500 },
  );
});
interleaving.run();
