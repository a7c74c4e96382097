/** A command as it comes in at any door, with what the door may leave open: the entity's id, the command's own id. */

import type { DomainEvent } from '../domain/decider.ts';
import { Problem } from '../domain/problem.ts';
import { maxAttempts, transact, type Transactor } from './transact.ts';
import type { Entity } from '../domain/entity.ts';

/** What an idempotency key may look like, at any door: a part of a regular expression. */
export const messageIdSyntax = String.raw`[\x21\x23-\x7e]{1,255}`;

export type CommandRequest<State, Command> = {
  /** undefined: a new entity, under an id that is made here. */
  readonly id: number | undefined;
  readonly command: Command;
  /** The idempotency key; undefined: this command is not sent twice. */
  readonly messageId?: string | undefined;
  /** Where the command stands in a trace; it goes with the events. */
  readonly traceparent?: string | undefined;
  /** Refuse with `precondition-failed` unless the entity satisfies this. */
  readonly precondition?: ((entity: Entity<State>) => boolean) | undefined;
};

/** What is not pure, handed in: new ids, and a digest of a text. */
export type Sources = {
  makeEntityId(): number;
  makeMessageId(): string;
  digest(text: string): string;
};

/** @throws Problem as `transact` does. */
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
      // Two ids made in the same millisecond can be the same one.
      const taken = error instanceof Problem && error.code === 'conflict';
      if (!taken || attempts >= maxAttempts) throw error;
    }
  }
}
