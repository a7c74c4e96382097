/** Executes commands of the REST API and the NATS API. Generates the entity id and the idempotency key if they are absent. */

import { canonicalJson } from '../domain/canonical-json.ts';
import type { DomainEvent } from '../domain/decider.ts';
import type { Id } from '../domain/entity-id.ts';
import { Problem } from '../domain/problem.ts';
import type { CommandCall } from '../domain/service/service-decider.ts';
import { maxAttempts, transact, type Transaction, type Transactor } from './transact.ts';
import type { Entity } from '../domain/entity.ts';

/** Syntax of an idempotency key, as a regular expression fragment. */
export const messageIdSyntax = String.raw`[\x21\x23-\x7e]{1,255}`;

export type CommandRequest<State> = Pick<CommandCall, 'verb' | 'input' | 'actor'> &
  Pick<Transaction<State, CommandCall>, 'traceparent' | 'precondition' | 'adapt'> & {
    /** The fields of the body and the path parameters as the client sent them, before parsing. */
    readonly sent: object;
    /** If undefined, an id is generated for a new entity. */
    readonly id: Id | undefined;
    /** Idempotency key. If undefined, a key is generated, so retries are not detected. */
    readonly messageId?: string | undefined;
  };

/** Generators of ids, digests and times. */
export type Sources = {
  makeEntityId(): Id;
  makeMessageId(): string;
  /** The current time, RFC 3339. */
  now(): string;
  digest(text: string): string;
};

/** Executes the command and returns the resulting entity. Throws the problems of `transact`. */
export async function execute<State, Event extends DomainEvent>(
  transactor: Transactor<State, CommandCall, Event>,
  sources: Sources,
  request: CommandRequest<State>,
): Promise<Entity<State>> {
  const { id, verb, input, actor, traceparent, precondition, adapt } = request;
  const { messageId = sources.makeMessageId() } = request;
  const origin = {
    command: { verb, input, actor, now: sources.now() },
    messageId,
    commandDigest: sources.digest(canonicalText(request)),
    traceparent,
    actor,
    precondition,
    adapt,
  };
  if (id !== undefined) return transact(transactor, { id, ...origin });

  for (let attempts = 1; ; attempts++) {
    try {
      return await transact(transactor, { id: sources.makeEntityId(), ...origin });
    } catch (error) {
      // Two ids generated in the same millisecond can be equal.
      const isIdInUse = error instanceof Problem && error.code === 'conflict';
      if (!isIdInUse || attempts >= maxAttempts) throw error;
    }
  }
}

/**
 * Returns the same text for the same command. It depends only on what the client sent: parsing may add a generated default or
 * return values that are not JSON, and the time of a repeated request differs.
 */
function canonicalText({ verb, id, sent }: Pick<CommandRequest<unknown>, 'verb' | 'id' | 'sent'>): string {
  // A text id is in an object, because it can be `new`.
  return canonicalJson([verb, typeof id === 'string' ? { id } : (id ?? 'new'), sent]) ?? '';
}
