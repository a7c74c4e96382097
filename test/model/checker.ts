/**
 * Checks a history of operations on laptops against the log, our own way: the log gives each entity's writes a total
 * order, so linearizability needs no search. Every answer has to be explained by one state of the entity between the
 * last write that was acknowledged before the operation began and the last message stored when it had ended.
 */

import { isDeepStrictEqual } from 'node:util';
import { Rejection } from '../../src/kit/domain/decider.ts';
import type { StoredMessage } from '../../src/kit/domain/stored-message.ts';
import { foldMessage } from '../../src/kit/domain/fold.ts';
import { Problem } from '../../src/kit/domain/problem.ts';
import type { LaptopEvent } from '#contracts/laptops';
import { laptopDecider, type LaptopCommand } from '../../src/laptops/laptop.ts';
import type { Laptop } from '#contracts/laptops';
import { laptopResource } from '../../src/laptops/resource.ts';
import type { Operation, Read, Write } from './history.ts';

/** The charging ports that there are, all along. */
export const knownPorts = { ports: (id: number) => ({ name: `port ${id}` }) };

/** A state that the log gives an entity: from `version` until the next one. */
export type Version = {
  readonly version: number;
  readonly state: Laptop | undefined;
  readonly rejected: boolean;
};

/** Every state that the entity had, the first one before any message. */
export function versionsOf(id: number, log: readonly StoredMessage<LaptopEvent>[]): Version[] {
  const versions: Version[] = [{ version: 0, state: undefined, rejected: false }];
  for (const message of log) {
    if (message.id !== id) continue;
    const { state } = versions.at(-1) ?? { state: undefined };
    const next = foldMessage(laptopDecider, state, message);
    const rejected = next instanceof Rejection;
    versions.push({ version: message.position, state: rejected ? state : next, rejected });
  }
  return versions;
}

/** What is wrong with the history, in words; empty when nothing is. */
export function findViolations(
  operations: readonly Operation[],
  log: readonly StoredMessage<LaptopEvent>[],
): string[] {
  const ids = new Set(operations.map(({ id }) => id));
  return [...ids].flatMap((id) => {
    const versions = versionsOf(id, log);
    const own = operations.filter((operation) => operation.id === id);
    return [
      ...own.flatMap((operation) => (operation.kind === 'write' ? checkWrite(operation, log, versions) : [])),
      ...own.flatMap((operation) => explain(operation, own, versions)),
      ...checkOrder(own, versions),
    ];
  });
}

/** An acknowledged write that appended is in the log once, where it says; and it was legal there. */
function checkWrite(
  { messageId, status, position, command, id }: Write,
  log: readonly StoredMessage<LaptopEvent>[],
  versions: readonly Version[],
): string[] {
  const stored = log.filter((message) => message.messageId === messageId);
  const name = `${command.type} ${id} (${messageId}, answered ${status})`;
  if (stored.length > 1) return [`${name} is in the log ${stored.length} times`];
  const [message] = stored;
  if (message === undefined) return [];
  if (status >= 300) return [`${name} is in the log at ${message.position}, though it was refused`];
  if (message.position !== position)
    return [`${name} is at ${message.position}, but ${position} was answered`];
  const rejected = versions.find(({ version }) => version === message.position)?.rejected;
  return rejected === false ? [] : [`${name} at ${message.position} was not legal there`];
}

/** Some state of the entity, in the time of the operation, explains the answer. */
function explain(operation: Operation, own: readonly Operation[], versions: readonly Version[]): string[] {
  const known = Math.max(
    0,
    ...own.filter(({ ended }) => ended < operation.began).map((earlier) => versionShownBy(earlier, versions)),
  );
  const possible = versions.filter(({ version }) => version >= known);
  const explained =
    operation.kind === 'read'
      ? possible.some((version) => explainsRead(operation, version, versions))
      : possible.some((version) => explainsWrite(operation, version, versions));
  if (explained) return [];
  const what = operation.kind === 'read' ? 'a read' : operation.command.type;
  return [
    `${what} of ${operation.id} answered ${operation.status} ${JSON.stringify(operation.body)} at ` +
      `${operation.position}, which no state from version ${known} on explains`,
  ];
}

/** The version that an answer proves: everything that begins later must see at least this. */
function versionShownBy(operation: Operation, versions: readonly Version[]): number {
  const { position } = operation;
  if (position === undefined) return 0;
  return versions.findLast(({ version }) => version <= position)?.version ?? 0;
}

function explainsRead(
  { position, status, body }: Read,
  { version, state }: Version,
  versions: readonly Version[],
) {
  if (versions.findLast((other) => other.version <= position)?.version !== version) return false;
  return state === undefined
    ? status === 404
    : status === 200 && isDeepStrictEqual(body, present(body, state));
}

/** `version` is the state that the command was decided on. */
function explainsWrite(write: Write, { version, state }: Version, versions: readonly Version[]): boolean {
  const events = decide(write.command, state);
  if (events instanceof Problem) return write.status === (events.code === 'conflict' ? 409 : 404);
  if (write.status >= 300) return false;
  if (events.length === 0) return write.position === version;
  // What was decided on this version has to be the very next message.
  const next = versions.find((other) => other.version > version);
  return next !== undefined && next.version === write.position;
}

/** An operation that begins after another one has ended does not show less than that one. */
function checkOrder(own: readonly Operation[], versions: readonly Version[]): string[] {
  return own.flatMap((later) =>
    own
      .filter((earlier) => earlier.ended < later.began)
      .filter(
        (earlier) =>
          later.position !== undefined && versionShownBy(later, versions) < versionShownBy(earlier, versions),
      )
      .map(
        (earlier) =>
          `${later.kind} of ${later.id} showed ${later.position} after ${earlier.position} had been shown`,
      ),
  );
}

function decide(command: LaptopCommand, state: Laptop | undefined): readonly LaptopEvent[] | Problem {
  try {
    return laptopDecider.decide(command, state, knownPorts);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function present(body: unknown, state: Laptop) {
  const id = typeof body === 'object' && body !== null && 'id' in body ? Number(body.id) : 0;
  return laptopResource.present({ id, state, version: 0 }, knownPorts);
}
