/** Executes commands of the REST API and the NATS API. Generates the entity id and the idempotency key if they are absent. */

import type { DomainEvent } from '../domain/decider.ts';
import { Problem } from '../domain/problem.ts';
import { maxAttempts, transact, type Transactor } from './transact.ts';
import type { Entity } from '../domain/entity.ts';

/** Syntax of an idempotency key, as a regular expression fragment. */
export const messageIdSyntax = String.raw`[\x21\x23-\x7e]{1,255}`;

export type CommandRequest<State, Command> = {
  /** If undefined, an id is generated for a new entity. */
  readonly id: number | undefined;
  readonly command: Command;
  /** Idempotency key. If undefined, a key is generated, so retries are not detected. */
  readonly messageId?: string | undefined;
  /** Trace context of the command, stored with the events. */
  readonly traceparent?: string | undefined;
  /** If given and false for the entity, the command fails with `precondition-failed`. */
  readonly precondition?: ((entity: Entity<State>) => boolean) | undefined;
};

/** Generators of ids and digests. */
export type Sources = {
  makeEntityId(): number;
  makeMessageId(): string;
  digest(text: string): string;
};

/** Executes the command and returns the resulting entity. Throws the problems of `transact`. */
export async function execute<State, Command, Event extends DomainEvent>(
  transactor: Transactor<State, Command, Event>,
  sources: Sources,
  {
    id,
    command,
    messageId = sources.makeMessageId(),
    traceparent,
    precondition,
  }: CommandRequest<State, Command>,
): Promise<Entity<State>> {
  const commandDigest = sources.digest(JSON.stringify([id ?? 'new', command]));
  const run = (entity: number) =>
    transact(transactor, { id: entity, command, messageId, commandDigest, traceparent, precondition });
  if (id !== undefined) return run(id);

  for (let attempts = 1; ; attempts++) {
    try {
      return await run(sources.makeEntityId());
    } catch (error) {
      // Two ids generated in the same millisecond can be equal.
      const isIdInUse = error instanceof Problem && error.code === 'conflict';
      if (!isIdInUse || attempts >= maxAttempts) throw error;
    }
  }
}
