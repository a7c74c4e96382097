import type { JetStreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../../src/kit/domain/decider.ts';
import { createCodec } from '../../src/kit/nats/stream/codec.ts';
import type { Connection } from '../../src/kit/nats/connection/connection.ts';
import { createEventStore } from '../../src/kit/nats/stream/event-store.ts';
import { createAppendBatcher } from './append-batcher.ts';
import { eventSubjects } from '../../src/kit/nats/stream/subjects.ts';
import { createRowExecutor, type Outcome } from './row-executor.ts';
import { createEntityReader } from './entity-reader.ts';
import type { AnyKind, Kind } from './kinds/kind.ts';
import { laptopKind } from './kinds/laptop-kind.ts';
import type { Retrier } from './retrier.ts';
import { portKind } from './kinds/port-kind.ts';
import { validateRow } from './validate.ts';

/** A valid row, ready to be imported. */
export type ReadyRow = { readonly execute: () => Promise<Outcome> };

export type Importer = AnyKind & {
  readonly stream: string;
  prepare(fields: Readonly<Record<string, unknown>>): ReadyRow | { readonly error: string };
};

export type Broker = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly retrier: Retrier;
  /** Timeout of one publish, in ms. */
  readonly ackTimeoutMs: number;
};

/** @param broker receives the events; if undefined, rows are only validated. */
export function createImporters(broker?: Broker): readonly Importer[] {
  return [createImporter(laptopKind, broker), createImporter(portKind, broker)];
}

function createImporter<State, Command, Event extends DomainEvent, Row extends { readonly id: number }>(
  kind: Kind<State, Command, Event, Row>,
  broker: Broker | undefined,
): Importer {
  const { service, noun, columns, stream } = kind;
  const executeRow = broker === undefined ? validateOnly : openRowExecutor(kind, broker);
  return {
    service,
    noun,
    columns,
    stream,
    prepare(fields) {
      const valid = validateRow(kind.row, fields);
      return 'error' in valid ? valid : { execute: () => executeRow(valid.row) };
    },
  };
}

function validateOnly(): Promise<Outcome> {
  return Promise.resolve({ outcome: 'valid' });
}

function openRowExecutor<State, Command, Event extends DomainEvent, Row extends { readonly id: number }>(
  kind: Kind<State, Command, Event, Row>,
  { connection, jsm, retrier, ackTimeoutMs }: Broker,
) {
  const { service, stream, events, decider } = kind;
  const subjects = eventSubjects(service);
  const codec = createCodec(events, subjects);
  // One publish per append: the retrier repeats it after a lost acknowledgement.
  const appendTimeoutMs = ackTimeoutMs;
  const options = { connection, jsm, stream, subjects, codec, ackTimeoutMs, appendTimeoutMs };
  const store = createEventStore(options);
  const load = createEntityReader({ jsm, stream, subjects, codec, store, fold: decider });
  return createRowExecutor(kind, { append: createAppendBatcher(options, store.append), load, retrier });
}
