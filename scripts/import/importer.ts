import type { JetStreamManager } from '@nats-io/jetstream';
import { Rejection, type DomainEvent } from '../../src/kit/domain/decider.ts';
import { createCodec } from '../../src/kit/nats/stream/codec.ts';
import type { Connection } from '../../src/kit/nats/connection/connection.ts';
import { createEventStore } from '../../src/kit/nats/stream/event-store.ts';
import { createAppendBatcher } from './broker/append-batcher.ts';
import { eventSubjects } from '../../src/kit/nats/stream/subjects.ts';
import { createRowExecutor, type Outcome } from './broker/row-executor.ts';
import { createEntities } from './broker/entities.ts';
import { Difference, type AnyKind, type Kind } from './kinds/kind.ts';
import { laptopKind } from './kinds/laptop-kind.ts';
import type { Retrier } from './broker/retrier.ts';
import { portKind } from './kinds/port-kind.ts';
import { validateRow } from './columns/validate.ts';

/** A valid row, ready to be imported. */
export type ReadyRow = {
  readonly execute: () => Promise<Outcome>;
  /** Returns the events that would be stored if the entity did not exist, as `nats pub` takes them. */
  readonly preview: () => readonly string[];
};

export type Importer = AnyKind & {
  readonly stream: string;
  prepare(fields: Readonly<Record<string, unknown>>): ReadyRow | { readonly error: string };
  /** Stops reading from the broker. */
  close(): Promise<void>;
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
  const { execute, close } = broker === undefined ? validator : openRowExecutor(kind, broker);
  return {
    service,
    noun,
    columns,
    stream,
    close,
    prepare(fields) {
      const valid = validateRow(kind.row, fields);
      if ('error' in valid) return valid;
      const { row } = valid;
      return { execute: () => execute(row), preview: () => previewRow(kind, row) };
    },
  };
}

function previewRow<State, Command, Event extends DomainEvent, Row extends { readonly id: number }>(
  { service, decider, plan }: Kind<State, Command, Event, Row>,
  row: Row,
): string[] {
  const commands = plan(row, decider.initial);
  if (commands instanceof Difference) return [];
  const subject = eventSubjects(service).of(row.id);
  const lines: string[] = [];
  let state = decider.initial;
  for (const command of commands) {
    for (const event of decider.decide(command, state)) {
      lines.push(`${subject} ${JSON.stringify(event)}`);
      const next = decider.evolve(state, event);
      if (!(next instanceof Rejection)) state = next;
    }
  }
  return lines;
}

const validator = {
  execute: (): Promise<Outcome> => Promise.resolve({ outcome: 'valid' }),
  close: () => Promise.resolve(),
};

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
  const entities = createEntities({ ...options, store, fold: decider });
  const execute = createRowExecutor(kind, {
    append: createAppendBatcher(options, store.append),
    entities,
    retrier,
  });
  return { execute, close: entities.close };
}
