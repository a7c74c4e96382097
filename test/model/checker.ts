/**
 * Checks that a history of operations on laptops is linearizable. The event log defines a total order of each entity's
 * writes, so no search is needed: every response must match one state of the entity between the last write that was
 * acknowledged before the operation began and the last message that was stored when it ended.
 */

import { isDeepStrictEqual } from 'node:util';
import { Rejection } from '../../src/kit/domain/decider.ts';
import type { StoredMessage } from '../../src/kit/domain/stored-message.ts';
import { foldMessage } from '../../src/kit/domain/fold.ts';
import { Problem } from '../../src/kit/domain/problem.ts';
import type { LaptopEvent } from '#contracts/laptops';
import { createDecider } from '../../src/kit/domain/service/service-decider.ts';
import { laptopService } from '../../src/laptops/laptop.ts';
import type { Laptop } from '#contracts/laptops';
import type { LaptopCommand } from './commands.ts';
import type { Operation, Read, Write } from './history.ts';

/** The charging ports that exist throughout the test. */
export const knownPorts = { ports: (id: number) => ({ name: `port ${id}` }) };

const laptopDecider = createDecider(laptopService, knownPorts);

/** The state of an entity from position `version` until its next message. */
export type Version = {
  readonly version: number;
  readonly state: Laptop | undefined;
  readonly rejected: boolean;
};

/** Returns every state of the entity in order, starting with the state before its first message. */
export function versionsOf(id: number, eventLog: readonly StoredMessage<LaptopEvent>[]): Version[] {
  const versions: Version[] = [{ version: 0, state: undefined, rejected: false }];
  for (const message of eventLog) {
    if (message.id !== id) continue;
    const { state } = versions.at(-1) ?? { state: undefined };
    const next = foldMessage(laptopDecider, state, message);
    const rejected = next instanceof Rejection;
    versions.push({ version: message.position, state: rejected ? state : next, rejected });
  }
  return versions;
}

/** Returns a description of each violation; empty if the history is linearizable. */
export function findViolations(
  operations: readonly Operation[],
  eventLog: readonly StoredMessage<LaptopEvent>[],
): string[] {
  const ids = new Set(operations.map(({ id }) => id));
  return [...ids].flatMap((id) => {
    const versions = versionsOf(id, eventLog);
    const own = operations.filter((operation) => operation.id === id);
    return [
      ...own.flatMap((operation) =>
        operation.kind === 'write' ? checkWrite(operation, eventLog, versions) : [],
      ),
      ...own.flatMap((operation) => checkExplained(operation, own, versions)),
      ...checkOrder(own, versions),
    ];
  });
}

/**
 * Checks that a successful write is stored at most once, at the position in its response, and was valid there, and that a
 * failed write is not stored.
 */
function checkWrite(
  { messageId, status, position, command, id }: Write,
  eventLog: readonly StoredMessage<LaptopEvent>[],
  versions: readonly Version[],
): string[] {
  const stored = eventLog.filter((message) => message.messageId === messageId);
  const name = `${command.verb} ${id} (${messageId}, status ${status})`;
  if (stored.length > 1) return [`${name} is stored ${stored.length} times`];
  const [message] = stored;
  if (message === undefined) return [];
  if (status >= 300) return [`${name} is stored at ${message.position}, but it was rejected`];
  if (message.position !== position)
    return [`${name} is stored at ${message.position}, but its response has position ${position}`];
  const rejected = versions.find(({ version }) => version === message.position)?.rejected;
  return rejected === false ? [] : [`${name} at ${message.position} was not valid there`];
}

/** Checks that at least one state of the entity during the operation explains the response. */
function checkExplained(
  operation: Operation,
  own: readonly Operation[],
  versions: readonly Version[],
): string[] {
  const known = Math.max(
    0,
    ...own.filter(({ ended }) => ended < operation.began).map((earlier) => provenVersion(earlier, versions)),
  );
  const possible = versions.filter(({ version }) => version >= known);
  const explained =
    operation.kind === 'read'
      ? possible.some((version) => explainsRead(operation, version, versions))
      : possible.some((version) => explainsWrite(operation, version, versions));
  if (explained) return [];
  const name = operation.kind === 'read' ? 'a read' : operation.command.verb;
  return [
    `${name} of ${operation.id} got ${operation.status} ${JSON.stringify(operation.body)} at ` +
      `${operation.position}, which no state from version ${known} explains`,
  ];
}

/** Returns the version that a response proves. Operations that begin later must see at least this version. */
function provenVersion(operation: Operation, versions: readonly Version[]): number {
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

/** Returns whether the response is correct for a command that was decided on this version. */
function explainsWrite(write: Write, { version, state }: Version, versions: readonly Version[]): boolean {
  const events = decide(write.command, state);
  if (events instanceof Problem) return write.status === (events.code === 'conflict' ? 409 : 404);
  if (write.status >= 300) return false;
  if (events.length === 0) return write.position === version;
  // The appended event must be the next message after this version.
  const next = versions.find((other) => other.version > version);
  return next !== undefined && next.version === write.position;
}

/** Checks that no operation shows an older version than an operation that ended before it began. */
function checkOrder(own: readonly Operation[], versions: readonly Version[]): string[] {
  return own.flatMap((later) =>
    own
      .filter((earlier) => earlier.ended < later.began)
      .filter(
        (earlier) =>
          later.position !== undefined && provenVersion(later, versions) < provenVersion(earlier, versions),
      )
      .map(
        (earlier) =>
          `${later.kind} of ${later.id} showed ${later.position} after an earlier operation showed ${earlier.position}`,
      ),
  );
}

function decide(command: LaptopCommand, state: Laptop | undefined): readonly LaptopEvent[] | Problem {
  try {
    return laptopDecider.decide({ ...command, now: '' }, state);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function present(body: unknown, state: Laptop) {
  const id = typeof body === 'object' && body !== null && 'id' in body ? Number(body.id) : 0;
  return laptopService.present({ id, state, version: 0 }, knownPorts);
}
