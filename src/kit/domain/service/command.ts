/** Commands: what a client can request, over REST and NATS, and the pure function that decides the resulting events. */

import type { z } from 'zod';
import type { DomainEvent } from '../decider.ts';
import type { Id } from '../entity-id.ts';
import type { IndexKey } from './index-definition.ts';
import { pathParamOf } from './path-param.ts';

/** An object, or a union of objects. */
export type Body = z.ZodObject | z.ZodUnion<readonly z.ZodObject[]> | z.ZodDiscriminatedUnion<z.ZodObject[]>;

/** Schemas of path parameters by name. In a path or a query, their values are text; `api/requests/text-params.ts` converts it. */
export type Params = Readonly<Record<string, z.ZodType>>;

/** Where a command is sent, relative to the entity: `slots/{slot}`. At most one of these; default: `POST <verb>`. */
export type Route =
  | { readonly post?: string; readonly put?: never; readonly delete?: never }
  | { readonly put: string; readonly post?: never; readonly delete?: never }
  | { readonly delete: string; readonly post?: never; readonly put?: never };

/** What a decision depends on beside the command and the state. `Lookups` finds entities of the followed streams. */
export type Context<Lookups = unknown, Key extends Id = Id> = Lookups & {
  /**
   * The time of the command (RFC 3339, UTC), by the clock of the replica that executes it. It is the same in every attempt.
   * Store it; do not compare it with stored times, because the clocks of replicas differ.
   */
  readonly now: string;
  /** Who sent the command: the subject of the token. Undefined for NATS requests and without authentication. */
  readonly actor: string | undefined;
  /**
   * Returns the ids of this service's entities with a key in an index. Commands for different entities are executed at the
   * same time, so this cannot enforce a rule across entities; it serves to reject what is known to break one.
   */
  find(index: string, key: IndexKey): readonly Key[];
};

/** The state of an entity that exists. */
export type Existing<State> = Exclude<State, undefined>;

/**
 * - `create` requires that the entity does not exist, and the others that it exists. `remove` has no effect if it does not.
 * - Only `remove` may end the existence of an entity.
 */
export type CommandKind = 'create' | 'replace' | 'remove' | 'command';

/** A command with its type parameters erased. */
export type Command = {
  readonly kind: CommandKind;
  readonly method: 'post' | 'put' | 'delete';
  /** Path below the entity, empty for the entity itself. Undefined for `create`, which applies to the collection. */
  readonly path: string | undefined;
  readonly params: Params;
  readonly body: Body | undefined;
  /** A sentence without a full stop. */
  readonly summary: string | undefined;
  readonly operationId: string | undefined;
  decide(input: never, state: unknown, context: Context): readonly DomainEvent[];
};

/** A command with the types that the client and the tests need. `Sent` is its body and parameters before parsing. */
export type TypedCommand<Kind, Returns, Sent, Input> = Command & {
  readonly types?: {
    readonly kind: Kind;
    readonly returns: Returns;
    readonly sent: Sent;
    readonly input: Input;
  };
};

type InputOf<B, P extends Params> = (B extends z.ZodType ? z.output<B> : unknown) & {
  readonly [Name in keyof P]: z.output<P[Name]>;
};
/** Undefined for a command without a body and parameters. */
type SentOf<B, P extends Params> = [B, keyof P] extends [undefined, never]
  ? undefined
  : (B extends z.ZodType ? z.input<B> : unknown) & { readonly [Name in keyof P]: z.input<P[Name]> };

type Options<State, Event, Context, B, P extends Params> = {
  readonly params?: P;
  readonly body?: B;
  /** Shown in the API documents and in the web console. Default: `Relocate a dock`, `Empty a slot of a dock`. */
  readonly summary?: string;
  /** Name in the OpenAPI document, for example to keep that of an earlier verb. Default: `relocateDock`, `emptySlot`. */
  readonly operationId?: string;
  /**
   * Returns the events that execute the command, or `[]` if nothing has to change. Throws a `Problem` (`conflict`) for a
   * command that contradicts the state. Pure and synchronous. `input` has the fields of the body and the path parameters.
   */
  decide(input: InputOf<B, P>, state: State, context: Context): readonly Event[];
};

/** The functions that declare the commands of a service. Each knows the types of its state, events and lookups. */
export type CommandBuilders<State, Event, Context> = {
  /** `POST /laptops`. Returns the new entity. Clients may choose its id, otherwise one is generated, if the ids can be. */
  create<B extends Body>(
    options: Omit<Options<State, Event, Context, B, {}>, 'params' | 'body'> & { readonly body: B },
  ): TypedCommand<'create', 'document', SentOf<B, {}>, InputOf<B, {}>>;
  /** `PUT /laptops/{id}`. Returns the changed entity. */
  replace<B extends Body>(
    options: Omit<Options<Existing<State>, Event, Context, B, {}>, 'params' | 'body'> & {
      readonly body: B;
    },
  ): TypedCommand<'replace', 'document', SentOf<B, {}>, InputOf<B, {}>>;
  /** `DELETE /laptops/{id}`, unless another route is given. */
  remove<B extends Body | undefined = undefined, P extends Params = {}>(
    options: Options<Existing<State>, Event, Context, B, P> & Route,
  ): TypedCommand<'remove', 'nothing', SentOf<B, P>, InputOf<B, P>>;
  /** Any other command. Returns the entity, except for a route with `put` or `delete`. */
  command<R extends Route, B extends Body | undefined = undefined, P extends Params = {}>(
    options: Options<Existing<State>, Event, Context, B, P> & R,
  ): TypedCommand<
    'command',
    [R] extends [{ put: string } | { delete: string }] ? 'nothing' : 'document',
    SentOf<B, P>,
    InputOf<B, P>
  >;
};

type AnyOptions = Route & {
  readonly params?: Params;
  readonly body?: Body | undefined;
  readonly summary?: string;
  readonly operationId?: string;
  decide(input: never, state: never, context: never): readonly DomainEvent[];
};

function declare(kind: CommandKind, defaults: Route, options: AnyOptions): Command {
  const { params = {}, body, summary, operationId, decide } = options;
  const route = [options.post, options.put, options.delete].some((path) => path !== undefined)
    ? options
    : defaults;
  const method = route.put !== undefined ? 'put' : route.delete !== undefined ? 'delete' : 'post';
  return {
    kind,
    method,
    path: route[method],
    params: Object.fromEntries(Object.entries(params).map(([name, schema]) => [name, pathParamOf(schema)])),
    body,
    summary,
    operationId,
    decide,
  };
}

const builders = {
  create: (options: AnyOptions) => declare('create', {}, options),
  replace: (options: AnyOptions) => declare('replace', { put: '' }, options),
  remove: (options: AnyOptions) => declare('remove', { delete: '' }, options),
  command: (options: AnyOptions) => declare('command', {}, options),
};

/** Returns the builders with the types of a service, which exist only for the compiler. */
export function commandBuilders<State, Event, Context>(): CommandBuilders<State, Event, Context> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return builders as CommandBuilders<State, Event, Context>;
}
