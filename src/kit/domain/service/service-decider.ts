import type { Context } from './command.ts';
import type { Decider } from '../decider.ts';
import type { Lookups } from '../followed-stream.ts';
import { Problem } from '../problem.ts';
import type { DefinedService, NamedCommand, Service, ServiceTypes } from './service.ts';

/** What a client sent. `input` has the fields of the body and the path parameters. */
export type Call<Verb = string, Input = unknown> = { readonly verb: Verb; readonly input: Input };

/** When and by whom a command was sent, see `Context`. */
export type Origin = { readonly now: string; readonly actor?: string | undefined };

/** A command as the event log executes it. */
export type CommandCall = Call & Origin;

/** The verbs of a service's commands. */
export type VerbOf<Types extends ServiceTypes> = keyof Types['commands'] & string;

/** The input of the command `Verb`. */
export type InputOf<
  Types extends ServiceTypes,
  Verb extends VerbOf<Types>,
> = Types['commands'][Verb] extends {
  readonly types?: { readonly input: infer Input };
}
  ? Input
  : never;

/** The body and the path parameters of the command `Verb`, before parsing; undefined if it has none. */
export type SentOf<Types extends ServiceTypes, Verb extends VerbOf<Types>> = Types['commands'][Verb] extends {
  readonly types?: { readonly sent: infer Sent };
}
  ? Sent
  : never;

/** The calls of all commands of a service. */
export type CallOf<Types extends ServiceTypes> = {
  [Verb in VerbOf<Types>]: Call<Verb, InputOf<Types, Verb>>;
}[VerbOf<Types>];

/**
 * Returns the decider of a service: its fold and its commands, with the lookups that they use.
 *
 * @param find see `Context`. Default: finds nothing.
 */
export function createDecider<Types extends ServiceTypes>(
  service: DefinedService<Types>,
  lookups: Lookups<Types['others'], Types['otherIds']>,
  find: Context<unknown, Types['id']>['find'] = () => [],
): Decider<Types['state'], CallOf<Types> & Origin, Types['event']> {
  const { contract, commands } = service;
  const { fold } = contract;
  const byVerb = new Map(commands.map((command) => [command.verb, command]));

  function findCommand(verb: string): NamedCommand {
    const command = byVerb.get(verb);
    if (command === undefined) throw new TypeError(`${contract.name} has no command ${verb}`);
    return command;
  }

  return {
    ...fold,
    decide({ verb, input, now, actor }, state) {
      const command = findCommand(verb);
      if (!mayDecide(service, command, state !== fold.initial)) return [];
      // The input comes from the schemas of this command.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const events = command.decide(input as never, state, { ...lookups, now, actor, find });
      // JavaScript can return anything: a promise would look like a command without effect.
      if (!Array.isArray(events)) throw new TypeError(`${verb}: decide must return an array of events`);
      if (command.kind === 'create' && events.length === 0) assertExistence(service, command, false);
      return events;
    },
    assertOutcome({ verb }, state) {
      assertExistence(service, findCommand(verb), state !== fold.initial);
    },
  };
}

/** Returns false if the command has no effect. Throws a Problem if it requires another state. */
function mayDecide({ nouns }: Service, { kind }: NamedCommand, exists: boolean): boolean {
  switch (kind) {
    case 'create':
      if (exists) throw new Problem('conflict', `There is already ${nouns.one} with this id.`);
      return true;
    case 'remove':
      return exists;
    case 'replace':
    case 'command':
      if (!exists) throw new Problem('not-found', `There is no ${nouns.noun} with this id.`);
      return true;
  }
}

/** @throws TypeError if the entity exists after `remove`, or does not exist after another command. */
function assertExistence({ nouns: { one } }: Service, { kind, verb }: NamedCommand, exists: boolean): void {
  if (kind === 'remove' && exists) {
    throw new TypeError(
      `${verb}: after this command, ${one} must not exist; evolve has to return \`initial\` itself, not an equal value`,
    );
  }
  if (kind !== 'remove' && !exists) {
    throw new TypeError(`${verb}: after this command, ${one} must exist; only remove may end it`);
  }
}
