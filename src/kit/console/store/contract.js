/** Derives the console's knowledge of its service from the OpenAPI document: names, columns, forms, event types. */

/**
 * The part of JSON Schema that the console uses.
 *
 * @typedef {object} Schema
 * @property {string} [$ref]
 * @property {string | string[]} [type]
 * @property {Record<string, Schema>} [properties]
 * @property {string[]} [required]
 * @property {Schema[]} [anyOf]
 * @property {Schema} [items]
 * @property {unknown[]} [enum]
 * @property {string} [description]
 * @property {unknown} [example]
 * @property {number} [minLength]
 * @property {number} [maxLength]
 * @property {number} [minimum]
 * @property {number} [maximum]
 *
 * @typedef {{ name: string, schema: Schema, required: boolean }} Field
 *
 * Members of an entity, added and removed by `PUT` and `DELETE /laptops/{id}/ports/{portId}`. `put` and `take` are the verbs.
 * @typedef {{ name: string, noun: string, put: string, take: string }} Members
 *
 * @typedef {object} Contract
 * @property {string} title
 * @property {string} version
 * @property {string} path path of the collection: `/laptops`
 * @property {string} name `laptops`
 * @property {string} noun singular: `laptop`
 * @property {Field[]} columns
 * @property {Field[] | undefined} add fields of a new entity; undefined if the service has no such operation
 * @property {Field[] | undefined} change
 * @property {boolean} canRemove
 * @property {Members[]} members
 * @property {string[]} referrers collections whose entities refer to this one: `laptops` for a port
 * @property {string[]} eventTypes
 * @property {boolean} requiresToken whether writes require a bearer token
 *
 * @typedef {{ operationId: string, deprecated?: boolean, security?: unknown[], parameters?: { name: string, schema?: Schema }[],
 *   requestBody?: { content: Record<string, { schema: Schema }> },
 *   responses: Record<string, { content?: Record<string, { schema: Schema }> }> }} Operation
 * @typedef {{ info: { title: string, version: string }, paths: Record<string, Record<string, Operation>>,
 *   components?: { schemas?: Record<string, Schema> } }} OpenApi
 */

/**
 * @param {OpenApi} document
 * @returns {Contract}
 */
export function readContract(document) {
  const { info, paths } = document;
  const path = Object.keys(paths).find((candidate) => isCollection(paths, candidate));
  if (path === undefined) throw new Error('The OpenAPI document describes no collection.');
  const collection = paths[path] ?? {};
  const item = paths[`${path}/{id}`] ?? {};
  const noun = decapitalize(item['get']?.operationId.replace(/^get/, '') ?? 'entity');
  return {
    title: info.title,
    version: info.version,
    path,
    name: path.slice(1),
    noun,
    columns: fieldsOf(document, responseSchemaOf(item['get'])) ?? [],
    add: fieldsOf(document, bodySchemaOf(collection['post'])),
    change: fieldsOf(document, bodySchemaOf(item['put'])),
    canRemove: item['delete'] !== undefined,
    members: membersOf(paths, path),
    referrers: referrersOf(paths, path),
    eventTypes: eventTypesOf(document, paths[`${path}/events`]?.['get']),
    requiresToken: (collection['post']?.security ?? []).length > 0,
  };
}

/**
 * Resolves a `$ref`.
 *
 * @param {OpenApi} document
 * @param {Schema | undefined} schema
 * @returns {Schema}
 */
function resolveSchema(document, schema = {}) {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (document.components?.schemas?.[name] ?? {});
}

/** @param {OpenApi['paths']} paths @param {string} path */
function isCollection(paths, path) {
  const list = paths[path]?.['get'];
  return list !== undefined && list.deprecated !== true && paths[`${path}/{id}`]?.['get'] !== undefined;
}

/** @param {Operation | undefined} operation */
function bodySchemaOf(operation) {
  return operation?.requestBody?.content['application/json']?.schema;
}

/** @param {Operation | undefined} operation */
function responseSchemaOf(operation) {
  return operation?.responses['200']?.content?.['application/json']?.schema;
}

/**
 * @param {OpenApi} document
 * @param {Schema | undefined} schema
 * @returns {Field[] | undefined}
 */
function fieldsOf(document, schema) {
  if (schema === undefined) return undefined;
  const { properties = {}, required = [] } = resolveSchema(document, schema);
  return Object.entries(properties).map(([name, field]) => ({
    name,
    schema: resolveSchema(document, field),
    required: required.includes(name),
  }));
}

/** @param {OpenApi['paths']} paths @param {string} path @returns {Members[]} */
function membersOf(paths, path) {
  return Object.entries(paths).flatMap(([candidate, { put, delete: take }]) => {
    const [, name] = new RegExp(`^${path}/\\{id\\}/(\\w+)/\\{\\w+\\}$`).exec(candidate) ?? [];
    if (name === undefined || put === undefined || take === undefined) return [];
    const [, verb = '', noun = ''] = /^([a-z]+)(.*)$/.exec(put.operationId) ?? [];
    const [, opposite = ''] = /^([a-z]+)/.exec(take.operationId) ?? [];
    return [{ name, noun: decapitalize(noun), put: verb, take: opposite }];
  });
}

/** @param {OpenApi['paths']} paths @param {string} path */
function referrersOf(paths, path) {
  return Object.entries(paths).flatMap(([candidate, { get }]) => {
    const [, name] = new RegExp(`^${path}/\\{id\\}/(\\w+)$`).exec(candidate) ?? [];
    return name === undefined || name === 'events' || get === undefined ? [] : [name];
  });
}

/** @param {OpenApi} document @param {Operation | undefined} follow @returns {string[]} */
function eventTypesOf(document, follow) {
  const { schema } = follow?.parameters?.find(({ name }) => name === 'type') ?? {};
  const { anyOf = [], ...single } = resolveSchema(document, schema);
  const names = [single, ...anyOf]
    .map((choice) => resolveSchema(document, choice).enum)
    .find((found) => found);
  return (names ?? []).map(String);
}

/** @param {string} text */
export function capitalize(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {string} text */
function decapitalize(text) {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
