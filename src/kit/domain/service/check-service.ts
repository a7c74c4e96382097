/** Finds names in the definition of a service that collide with each other or with names of the kit, and schemas that cannot work. */

import { z } from 'zod';
import { checkSchemas } from './check-schemas.ts';
import type { Body, Params } from './command.ts';
import {
  clientMethods,
  contextFields,
  manyOf,
  natsQueries,
  queryParameters,
  replyFields,
} from './reserved-names.ts';
import type { NamedCommand, Service } from './service.ts';

/** A token of a subject, a segment of a path, and a property that needs no quotes. */
const namePattern = /^[a-z][a-zA-Z0-9]*$/;

/** @throws TypeError that names the service and both sides of each collision. */
export function checkService(service: Service): void {
  checkBodies(service);
  const { contract, names, nouns, commands, indexes, queries, follows, relations } = service;
  const verbs = commands.map(({ verb }) => verb);
  const methods = commands.flatMap(({ kind, verb }) => (kind === 'create' ? [manyOf(verb)] : []));
  const collisions = [
    ...[...verbs, ...queries.map(({ name }) => name)].flatMap((name) =>
      checkReserved('command or query', name, 'method of the client', methods),
    ),
    ...verbs.flatMap((verb) => checkName('verb', verb, 'method of the client', clientMethods)),
    ...Object.keys(indexes).flatMap((name) => [
      ...checkName('index', name, 'query parameter', queryParameters),
      ...checkReserved('index', name, 'field of every entity', ['id']),
    ]),
    ...Object.keys(follows).flatMap((name) =>
      checkName('followed service', name, 'field of the context', contextFields),
    ),
    ...queries.flatMap(({ name, params, result }) => [
      ...(result.safeParse(undefined).success
        ? [`the result of the query "${name}" is optional; use \`nullable\``]
        : []),
      ...checkParams(name, params),
      ...checkName('query', name, 'query of every service', natsQueries),
      ...checkReserved('query', name, 'relation', Object.keys(relations)),
      ...checkReserved('query', name, 'method of the client', clientMethods),
      ...checkReserved('query', name, 'command', verbs),
    ]),
    ...Object.keys(relations).flatMap((name) => checkName('relation', name, 'query over NATS', natsQueries)),
    ...[nouns.noun, nouns.plural].flatMap((name) => checkName('noun', name, 'field of a reply', replyFields)),
    ...names.flatMap((name, index) =>
      names.indexOf(name) < index ? [`the alias "${name}" is also another name of the service`] : [],
    ),
    ...commands.flatMap((command) => [...checkPath(command), ...checkParameters(command)]),
    ...checkSchemas(service),
  ];
  if (collisions.length > 0) throw new TypeError(`${contract.name}: ${collisions.join('; ')}`);
}

function checkReserved(kind: string, name: string, reservedKind: string, reserved: readonly string[]) {
  return reserved.includes(name) ? [`the ${kind} "${name}" has the name of a ${reservedKind}`] : [];
}

function checkName(kind: string, name: string, reservedKind: string, reserved: readonly string[]): string[] {
  if (reserved.includes(name)) return checkReserved(kind, name, reservedKind, reserved);
  if (name in Object.prototype) return [`the ${kind} "${name}" has the name of a property of every object`];
  if (namePattern.test(name)) return [];
  return [`the ${kind} "${name}" must consist of letters and digits and begin with a lower-case letter`];
}

/** A fixed segment of a path, or a parameter. */
const segmentPattern = /^(?:[A-Za-z0-9_-]+|\{\w+\})$/;

function checkPath({ verb, path = '', params }: NamedCommand): string[] {
  const isValid = path === '' || path.split('/').every((segment) => segmentPattern.test(segment));
  return [
    ...(isValid
      ? []
      : [
          `the path "${path}" of "${verb}" must consist of segments: letters, digits, "_" and "-", or one {parameter}`,
        ]),
    ...checkParams(verb, params),
    ...Object.entries(params).flatMap(([name, schema]) =>
      schema.safeParse(undefined).success
        ? [`the path parameter "${name}" of "${verb}" must not be optional`]
        : [],
    ),
  ];
}

/** In a path or a query, a parameter is one text. */
function checkParams(owner: string, params: Params): string[] {
  return Object.entries(params).flatMap(([name, schema]) => {
    if (name in Object.prototype)
      return [`the parameter "${name}" of "${owner}" has the name of a property of every object`];
    const { type } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', metadata: z.registry() });
    return type === 'array' || type === 'object'
      ? [`the parameter "${name}" of "${owner}" must be a text, a number or a boolean, not an ${type}`]
      : [];
  });
}

/** The id, the parameters and the fields of the body become one object. */
function checkParameters({ verb, path = '', params, body }: NamedCommand): string[] {
  const inPath = [...path.matchAll(/(?<=\{)\w+(?=\})/g)].map(([name]) => name);
  const fields = new Set(body === undefined ? [] : fieldsOf(body));
  return [
    ...inPath.flatMap((name) =>
      Object.hasOwn(params, name)
        ? []
        : [`the path "${path}" of "${verb}" has the parameter "${name}", but \`params\` does not`],
    ),
    ...Object.keys(params).flatMap((name) =>
      inPath.includes(name) ? [] : [`\`params\` of "${verb}" has "${name}", but the path "${path}" does not`],
    ),
    ...['id', ...inPath].flatMap((name, index, all) => [
      ...(fields.has(name)
        ? [`the body of "${verb}" has the field "${name}", the name of a path parameter`]
        : []),
      ...(all.indexOf(name) < index
        ? [`the path "${path}" of "${verb}" has the parameter "${name}" twice`]
        : []),
    ]),
  ];
}

/** The compiler checks the kinds of schemas; JavaScript does not. */
function checkBodies({ contract, commands }: Service): void {
  for (const { kind, verb, body } of commands) {
    if (body === undefined ? kind === 'create' || kind === 'replace' : !isBody(body)) {
      throw new TypeError(
        `${contract.name}: the body of "${verb}" must be an object (\`z.object\`) or a union of objects; parts of it can be ` +
          'optional, arrays or transformed, but not the body itself',
      );
    }
  }
}

/** @param schema of any kind: JavaScript can pass what the type of a body excludes. */
function isBody(schema: unknown): boolean {
  return (
    schema instanceof z.ZodObject ||
    (schema instanceof z.ZodUnion && schema.options.every((option) => option instanceof z.ZodObject))
  );
}

function fieldsOf(body: Body): string[] {
  if (body instanceof z.ZodObject) return Object.keys(body.shape);
  return body.options.flatMap((option) => Object.keys(option.shape));
}
