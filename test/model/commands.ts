/** Random commands for the model test: REST writes, directly published events, and reads with `latest`. */

import { randomUUID } from 'node:crypto';
import type { NatsConnection } from 'nats';
import fc from 'fast-check';
import type { Operation } from './history.ts';

type Values = { readonly title: string; readonly model: string };

/** The commands that this test sends. */
export type LaptopCommand =
  | { readonly verb: 'add' | 'revise'; readonly input: Values }
  | { readonly verb: 'remove'; readonly input: {} };

/** The system under test and the recorded operations. */
export type Replicas = {
  readonly urls: readonly string[];
  readonly nc: NatsConnection;
  /** Added to every id, so that each run uses different laptops. */
  readonly firstId: number;
  readonly operations: Operation[];
  readonly pending: Set<Promise<void>>;
};

type Command = fc.AsyncCommand<object, Replicas>;

/** Sends a request without waiting for the response, so that it overlaps with the following commands. */
abstract class Concurrent implements Command {
  readonly replica: number;
  readonly id: number;

  constructor(replica: number, id: number) {
    this.replica = replica;
    this.id = id;
  }

  check(): boolean {
    return true;
  }

  run(_model: object, real: Replicas): Promise<void> {
    const url = `${real.urls[this.replica % real.urls.length]}/laptops`;
    const request = this.send(url, real.firstId + this.id, real).finally(() => real.pending.delete(request));
    real.pending.add(request);
    return Promise.resolve();
  }

  protected abstract send(url: string, id: number, real: Replicas): Promise<void>;
  abstract toString(): string;
}

class WriteLaptop extends Concurrent {
  readonly command: LaptopCommand;

  constructor(replica: number, id: number, command: LaptopCommand) {
    super(replica, id);
    this.command = command;
  }

  protected async send(url: string, id: number, { operations }: Replicas): Promise<void> {
    const { command } = this;
    const messageId = randomUUID();
    const began = performance.now();
    const response = await fetch(...toRequest(url, id, command, messageId));
    const body = readBody(await response.text());
    const position = readPosition(response);
    operations.push({
      kind: 'write',
      id,
      command,
      messageId,
      status: response.status,
      position,
      body,
      began,
      ended: performance.now(),
    });
  }

  toString() {
    return `${this.command.verb}(${this.id}) on ${this.replica}`;
  }
}

class ReadLatest extends Concurrent {
  protected async send(url: string, id: number, { operations }: Replicas): Promise<void> {
    const began = performance.now();
    const response = await fetch(`${url}/${id}`, { headers: { 'Wait-For-Position': 'latest' } });
    const body = readBody(await response.text());
    const position = readPosition(response) ?? Number.NaN;
    operations.push({
      kind: 'read',
      id,
      status: response.status,
      position,
      body,
      began,
      ended: performance.now(),
    });
  }

  toString() {
    return `Read(${this.id}) on ${this.replica}`;
  }
}

/** Publishes an event directly to the stream. The event may contradict the entity's history. */
class PublishEvent extends Concurrent {
  readonly payload: string;

  constructor(id: number, payload: string) {
    super(0, id);
    this.payload = payload;
  }

  protected async send(_url: string, id: number, { nc }: Replicas): Promise<void> {
    await nc.request(`laptops.events.${id}`, this.payload, { timeout: 5_000 });
  }

  toString() {
    return `Publish(${this.id}, ${this.payload})`;
  }
}

/** Waits for every pending request. */
class Settle implements Command {
  check(): boolean {
    return true;
  }

  async run(_model: object, { pending }: Replicas): Promise<void> {
    await Promise.all(pending);
  }

  toString() {
    return 'Settle';
  }
}

function toRequest(url: string, id: number, command: LaptopCommand, key: string): [string, RequestInit] {
  const headers = { 'Idempotency-Key': `"${key}"`, 'Content-Type': 'application/json' };
  const json = (body: object) => JSON.stringify(body);
  switch (command.verb) {
    case 'add':
      return [url, { method: 'POST', headers, body: json({ id, ...command.input }) }];
    case 'revise':
      return [`${url}/${id}`, { method: 'PUT', headers, body: json(command.input) }];
    case 'remove':
      return [
        `${url}/${id}`,
        { method: 'DELETE', headers: { 'Idempotency-Key': headers['Idempotency-Key'] } },
      ];
  }
}

function readBody(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text);
}

function readPosition(response: Response): number | undefined {
  const text = response.headers.get('Stream-Position');
  return text === null ? undefined : Number(text);
}

const replica = fc.nat(2);
const id = fc.nat(2);
const title = fc.constantFrom('Lenovo', 'Apple', 'Dell');
const model = fc.constantFrom('S3', 'Air');
const values = fc.record({ title, model });
const publication = fc.oneof(
  fc.record({ type: fc.constant('LaptopAdded'), title, model }),
  fc.record({ type: fc.constant('LaptopRevised'), title }),
  fc.constant({ type: 'LaptopRemoved' }),
  fc.constant({ type: 'PortFitted', portId: 1 }),
  fc.constant({ type: 'LaptopStolen' }),
);

/** Mostly overlapping requests, with pauses between them. */
export const laptopCommands: fc.Arbitrary<Command>[] = [
  fc
    .tuple(replica, id, values)
    .map(([on, laptop, input]) => new WriteLaptop(on, laptop, { verb: 'add', input })),
  fc
    .tuple(replica, id, values)
    .map(([on, laptop, input]) => new WriteLaptop(on, laptop, { verb: 'revise', input })),
  fc.tuple(replica, id).map((parts) => new WriteLaptop(...parts, { verb: 'remove', input: {} })),
  fc.tuple(replica, id).map((parts) => new ReadLatest(...parts)),
  fc.tuple(id, publication).map(([laptop, event]) => new PublishEvent(laptop, JSON.stringify(event))),
  // Repeated for a higher frequency, so that many requests begin after earlier ones have completed on other replicas.
  fc.constant(new Settle()),
  fc.constant(new Settle()),
  fc.constant(new Settle()),
];
