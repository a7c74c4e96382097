/** One kind of row from its fields to its outcome. */

import type { JetStreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../../src/kit/domain/decider.ts';
import { createCodec } from '../../src/kit/nats/stream/codec.ts';
import type { Connection } from '../../src/kit/nats/connection/connection.ts';
import { createEventStore } from '../../src/kit/nats/stream/event-store.ts';
import { gatherAppends } from './append-batcher.ts';
import { eventSubjects } from '../../src/kit/nats/stream/subjects.ts';
import { createCarrier, type Outcome } from './carry-out.ts';
import { createEntityReader } from './formats/entity-reader.ts';
import type { AnyKind, Kind } from './kinds/kind.ts';
import { laptopKind } from './kinds/laptop-kind.ts';
import type { Patience } from './patience.ts';
import { portKind } from './kinds/port-kind.ts';
import { validateRow } from './validate.ts';

/** A row that says something, ready to be carried out. */
export type ReadyRow = { readonly executeCommand: () => Promise<Outcome> };

export type Importer = AnyKind & {
  readonly stream: string;
  prepare(fields: Readonly<Record<string, unknown>>): ReadyRow | { readonly wrong: string };
};

export type Broker = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly patience: Patience;
  /** Milliseconds that one publish may take. */
  readonly ackTimeoutMs: number;
};

/** @param broker where events go; without one, rows are only looked at and nothing is carried out. */
export function createImporters(broker?: Broker): readonly Importer[] {
  return [createImporter(laptopKind, broker), createImporter(portKind, broker)];
}

function createImporter<State, Command, Event extends DomainEvent, Row extends { readonly id: number }>(
  kind: Kind<State, Command, Event, Row>,
  broker: Broker | undefined,
): Importer {
  const { service, noun, columns, stream } = kind;
  const executeCommand = broker === undefined ? onlyLook : openCarrier(kind, broker);
  return {
    service,
    noun,
    columns,
    stream,
    prepare(fields) {
      const valid = validateRow(kind.row, fields);
      return 'wrong' in valid ? valid : { executeCommand: () => executeCommand(valid.row) };
    },
  };
}

function onlyLook(): Promise<Outcome> {
  return Promise.resolve({ outcome: 'right' });
}

function openCarrier<State, Command, Event extends DomainEvent, Row extends { readonly id: number }>(
  kind: Kind<State, Command, Event, Row>,
  { connection, jsm, patience, ackTimeoutMs }: Broker,
) {
  const { service, stream, events, decider } = kind;
  const subjects = eventSubjects(service);
  const codec = createCodec(events, subjects);
  // Trying again after a lost acknowledgement is a matter of patience here.
  const appendTimeoutMs = ackTimeoutMs;
  const options = { connection, jsm, stream, subjects, codec, ackTimeoutMs, appendTimeoutMs };
  const store = createEventStore(options);
  const load = createEntityReader({ jsm, stream, subjects, codec, store, decider });
  return createCarrier(kind, { append: gatherAppends(options, store.append), load, patience });
}
