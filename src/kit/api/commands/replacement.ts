/**
 * What replaces an entity: the body of a `replace` command. A client may send back the whole document that it has read, or a
 * merge patch of it (RFC 7396). Fields of the document that the body does not have are read-only.
 */

import { z } from 'zod';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Body } from '../../domain/service/command.ts';
import { Problem, type ProblemLocation } from '../../domain/problem.ts';
import type { NamedCommand } from '../../domain/service/service.ts';
import type { CommandRequest } from '../../eventlog/execute.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { extendBody } from './command-input.ts';
import { parseValue } from '../requests/json.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The read-only fields with their schemas, which describe them in API documents. They accept any value: it is compared. */
type ReadOnlyFields = Readonly<Record<string, z.ZodType>>;

/** What a command does with what a client sent. */
type Call = Pick<CommandRequest<unknown>, 'input' | 'adapt'>;

export type Replacement = {
  /** The body, or the document. */
  readonly schema: Body;
  readonly patchSchema: z.ZodType<object>;
  /** @param parsed what `schema` returned for `received`. */
  replace(parsed: object, received: object): Call;
  patch(received: object): Call;
};

/**
 * Returns undefined unless the command is a `replace`.
 *
 * @param isId whether a field is the id in the payload, which is not compared.
 */
export function replacementOf(
  resource: Pick<JoinedResource, 'document' | 'commands' | 'contract' | 'presentExisting'>,
  command: NamedCommand,
  isId: (name: string) => boolean = () => false,
): Replacement | undefined {
  const { document, commands, contract, presentExisting } = resource;
  const { kind, body } = command;
  if (kind !== 'replace' || body === undefined) return undefined;
  const fields = readOnlyFieldsOf(document, body, isId);
  const { id, ...unnamed } = body.meta() ?? {};
  const isShared = commands.some(
    (other) => other !== command && other.kind !== 'create' && other.body === body,
  );

  const adaptWith =
    (toInput: (document: object, state: unknown) => object): Call['adapt'] =>
    (call, entity) =>
      // The command is then rejected, because there is nothing to replace.
      entity.state === contract.fold.initial
        ? call
        : { ...call, input: toInput(presentExisting(entity).body, entity.state) };

  return {
    schema: extendBody(body, fields).meta({ ...unnamed, ...(id !== undefined && !isShared && { id }) }),
    patchSchema: patchSchemaOf(body, fields),

    replace(parsed, received) {
      const input = Object.fromEntries(
        Object.entries(parsed).filter(([name]) => !Object.hasOwn(fields, name)),
      );
      if (!Object.keys(received).some((name) => Object.hasOwn(fields, name))) return { input };
      return {
        input,
        adapt: adaptWith((current) => {
          assertUnchanged(fields, received, current);
          return input;
        }),
      };
    },

    patch: (received) => ({
      input: {},
      adapt: adaptWith((current, state) => applyPatch(body, fields, { current, state }, received)),
    }),
  };
}

/** Returns the fields of the document that the body does not have. */
function readOnlyFieldsOf(document: z.ZodType, body: Body, isId: (name: string) => boolean): ReadOnlyFields {
  const writable = new Set(shapesOf(body).flatMap((shape) => Object.keys(shape)));
  const fields = shapesOf(document).flatMap((shape) => Object.entries(shape));
  return Object.fromEntries(
    fields.flatMap(([name, schema]) =>
      writable.has(name) || isId(name) ? [] : [[name, describeReadOnly(schema)]],
    ),
  );
}

/**
 * @param sent the JSON object that the client sent.
 * @param document the current document.
 * @throws Problem `invalid` that names each read-only field with another value than in the document.
 */
function assertUnchanged(fields: ReadOnlyFields, sent: object, document: object): void {
  const current = toJson(document);
  const locations = Object.entries(sent).flatMap(([name, value]): ProblemLocation[] => {
    const isChanged = Object.hasOwn(fields, name) && canonicalJson(value) !== canonicalJson(current[name]);
    return isChanged ? [{ pointer: `/${name}`, detail: describeChange(current[name]) }] : [];
  });
  if (locations.length === 0) return;
  const names = locations.map(({ pointer }) => pointer.slice(1)).join(', ');
  throw new Problem(
    'invalid',
    `The body changes what is read-only: ${names}. Send it as it is, or leave it out.`,
    { locations },
  );
}

/**
 * Applies a merge patch to the current document and returns the body of the `replace` command, parsed with its schema. Fields
 * of the body that the document does not have are those of the state.
 *
 * @throws Problem `invalid` if the result is not such a body, or the patch changes a read-only field.
 */
function applyPatch(
  body: Body,
  fields: ReadOnlyFields,
  { current, state }: { readonly current: object; readonly state: unknown },
  patch: object,
): object {
  const writable = new Set(shapesOf(body).flatMap((shape) => Object.keys(shape)));
  const stored = Object.entries(isObject(state) ? state : {}).filter(([name]) => writable.has(name));
  const target = toJson({ ...Object.fromEntries(stored), ...current });
  const merged = mergePatch(target, patch);
  const patched = Object.entries(patch).map(([name]) => [name, merged[name]] as const);
  assertUnchanged(fields, Object.fromEntries(patched), current);
  const candidates = optionsOf(body).map((option) => {
    const names = new Set([...Object.keys(option.shape), ...Object.keys(patch)]);
    const kept = Object.entries(merged).filter(
      ([name, value]) =>
        names.has(name) &&
        !Object.hasOwn(fields, name) &&
        // What the document shows as null is absent, if the body cannot have a null there.
        (value !== null ||
          Object.hasOwn(patch, name) ||
          option.shape[name]?.safeParse(null).success === true),
    );
    return Object.fromEntries(kept);
  });
  const valid = candidates.find((candidate) => body.safeParse(candidate).success);
  return Object(parseValue(body, valid ?? candidates[0]));
}

/** Returns the schema of a merge patch, for API documents. It accepts every object: the result of the patch is validated. */
function patchSchemaOf(body: Body, fields: ReadOnlyFields): z.ZodType<object> {
  const properties = optionsOf(body)
    .flatMap(({ shape }) => Object.entries(shape))
    .map(([name, schema]) => [name, describeField(schema)]);
  const readOnly = Object.entries(fields).map(([name, schema]) => [name, schema.meta()]);
  return z.looseObject({}).meta({
    description: 'The fields to change. A field that is null is removed, if it is optional.',
    override: {
      properties: Object.fromEntries([...properties, ...readOnly]),
      additionalProperties: false,
    },
  });
}

/** RFC 7396, section 2. */
export function mergePatch(target: unknown, patch: object): Fields {
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, isObject(value) ? mergePatch(merged.get(name), value) : value);
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toJson(document: object): Fields {
  return JSON.parse(JSON.stringify(document));
}

function describeChange(current: unknown): string {
  return current === undefined
    ? 'is read-only, and absent from the current document'
    : `is read-only: must be absent or ${JSON.stringify(current)}`;
}

function describeReadOnly(schema: z.core.$ZodType): z.ZodType {
  const described = describeField(schema);
  const { description = '' } = described;
  const rule = 'Read-only: accepted if it equals the current value.';
  const text = typeof description === 'string' && description !== '' ? `${description} ${rule}` : rule;
  return z
    .unknown()
    .optional()
    .meta({ ...described, description: text, readOnly: true });
}

/** Returns the JSON Schema of a field without references; only its description if it has some. */
function describeField(schema: z.core.$ZodType): Readonly<Record<string, unknown>> {
  const {
    $schema: _,
    id: _id,
    ...described
  } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  if ('$defs' in described)
    return described.description === undefined ? {} : { description: described.description };
  return described;
}

function optionsOf(body: Body): readonly z.ZodObject[] {
  return body instanceof z.ZodObject ? [body] : body.options;
}

function shapesOf(schema: z.core.$ZodType): z.ZodRawShape[] {
  if (schema instanceof z.ZodObject) return [schema.shape];
  return schema instanceof z.ZodUnion ? schema.options.flatMap(shapesOf) : [];
}
