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
 * @property {Schema[]} [oneOf]
 * @property {unknown} [const]
 * @property {string} [title]
 * @property {Schema} [items]
 * @property {unknown[]} [enum]
 * @property {boolean} [readOnly]
 * @property {string} [description]
 * @property {unknown} [example]
 * @property {number} [minLength]
 * @property {number} [maxLength]
 * @property {number} [minimum]
 * @property {number} [maximum]
 *
 * @typedef {{ name: string, schema: Schema, required: boolean }} Field
 *
 * One alternative of a body; `name` is empty if there is only one.
 * @typedef {{ name: string, fields: Field[] }} Form
 *
 * A command. `path` has placeholders for `id` and the parameters; `forms` is empty if the command has no body.
 * @typedef {{ verb: string, method: string, path: string, summary: string, params: Field[], forms: Form[] }} Command
 *
 * The id of an entity.
 * @typedef {number | string} Id
 * A command that takes an item out of a list in the document: `DELETE /laptops/{id}/ports/{portId}` one of `ports`. `key` is the
 * field of the item with the value of the parameter; undefined: the item itself.
 * @typedef {{ command: Command, param: string, field: string, key: string | undefined }} ItemCommand
 *
 * A query of the service's own.
 * @typedef {{ name: string, path: string, summary: string, params: Field[] }} Query
 *
 * @typedef {object} Contract
 * @property {string} title
 * @property {string} version
 * @property {string} path path of the collection: `/laptops`
 * @property {string} name `laptops`
 * @property {string} noun singular: `laptop`
 * @property {string} one with its article: `a laptop`
 * @property {string} plural
 * @property {boolean} hasTextIds whether the ids of the entities are texts; otherwise they are integers
 * @property {Field[]} columns
 * @property {Command | undefined} create `POST /laptops`; undefined if the service has no such command
 * @property {Command | undefined} replace `PUT /laptops/{id}`
 * @property {Command | undefined} remove `DELETE /laptops/{id}`
 * @property {Command[]} commands all others
 * @property {Query[]} queries
 * @property {Field[]} filters query parameters that select entities by an index
 * @property {ItemCommand[]} itemCommands
 * @property {string[]} referrers collections whose entities refer to this one: `laptops` for a port
 * @property {string[]} eventTypes
 * @property {boolean} requiresToken whether writes require a bearer token
 *
 * @typedef {{ name: string, in?: string, required?: boolean, schema?: Schema }} Parameter
 * @typedef {{ operationId: string, summary?: string, 'x-command'?: string, 'x-query'?: string, deprecated?: boolean, security?: unknown[],
 *   parameters?: Parameter[],
 *   requestBody?: { content: Record<string, { schema: Schema }> },
 *   responses: Record<string, { content?: Record<string, { schema: Schema }> }> }} Operation
 * @typedef {{ info: { title: string, version: string }, 'x-entity'?: { noun: string, plural: string, one: string }, paths: Record<string, Record<string, Operation>>,
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
  const { noun, one, plural } = document['x-entity'] ?? {
    noun: 'entity',
    one: 'an entity',
    plural: 'entities',
  };
  const commands = commandsOf(document, path);
  const take = (/** @type {string} */ method, /** @type {string} */ target) =>
    commands.find((command) => command.method === method && command.path === target);
  const create = take('POST', path);
  const replace = take('PUT', `${path}/{id}`);
  const remove = take('DELETE', `${path}/{id}`);
  const columns = fieldsOf(document, responseSchemaOf(item['get']));
  return {
    title: info.title,
    version: info.version,
    path,
    name: path.slice(1),
    noun,
    one,
    plural,
    hasTextIds: idSchemaOf(item['get']).type === 'string',
    columns,
    create,
    replace,
    remove,
    commands: commands.filter((command) => ![create, replace, remove].includes(command)),
    queries: queriesOf(document, path),
    filters: filtersOf(document, collection['get']),
    itemCommands: commands.flatMap((command) => itemCommandsOf(document, command, columns)),
    referrers: referrersOf(paths, path).filter((name) => !isItemList(paths, `${path}/{id}/${name}`)),
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

/** @param {Operation | undefined} operation @returns {Schema} */
function idSchemaOf(operation) {
  return operation?.parameters?.find(({ name }) => name === 'id')?.schema ?? {};
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
 * @returns {Field[]}
 */
function fieldsOf(document, schema) {
  const { properties = {}, required = [] } = resolveSchema(document, schema);
  return Object.entries(properties).map(([name, field]) => ({
    name,
    schema: resolveSchema(document, field),
    required: required.includes(name),
  }));
}

/** The fields of a body that a user can change. @param {OpenApi} document @param {Schema | undefined} schema */
function inputsOf(document, schema) {
  return fieldsOf(document, schema).filter((field) => field.schema.readOnly !== true);
}

/** @param {OpenApi} document @param {string} path @returns {Command[]} */
function commandsOf(document, path) {
  return Object.entries(document.paths).flatMap(([target, operations]) => {
    if (target !== path && !target.startsWith(`${path}/`)) return [];
    return Object.entries(operations).flatMap(([method, operation]) => {
      const { 'x-command': verb, summary = '' } = operation;
      if (verb === undefined) return [];
      return [
        {
          verb,
          method: method.toUpperCase(),
          path: target,
          summary,
          params: parametersOf(document, operation, 'path').filter(({ name }) => name !== 'id'),
          forms: formsOf(document, bodySchemaOf(operation)),
        },
      ];
    });
  });
}

/** @param {OpenApi} document @param {string} path @returns {Query[]} */
function queriesOf(document, path) {
  return Object.entries(document.paths).flatMap(([target, { get }]) => {
    const { 'x-query': name, summary = '' } = get ?? {};
    if (get === undefined || name === undefined || target !== `${path}/${name}`) return [];
    return [{ name, path: target, summary, params: parametersOf(document, get, 'query') }];
  });
}

/** Query parameters of a list that are not filters. */
const listParameters = ['limit', 'after', 'asOf', 'sort', 'cursor'];

/** @param {OpenApi} document @param {Operation | undefined} list */
function filtersOf(document, list) {
  if (list === undefined) return [];
  return parametersOf(document, list, 'query').filter(({ name }) => !listParameters.includes(name));
}

/**
 * The parameter belongs to the items of the list that have a field of its name, or to the list that the path names.
 *
 * @param {OpenApi} document @param {Command} command @param {Field[]} columns @returns {ItemCommand[]}
 */
function itemCommandsOf(document, command, columns) {
  const { method, path, params, forms } = command;
  const [param, ...others] = params;
  if (method !== 'DELETE' || param === undefined || others.length > 0 || forms.length > 0) return [];
  const [, list] = new RegExp(`/([^/]+)/\\{${param.name}\\}$`).exec(path) ?? [];
  const lists = columns.flatMap(({ name, schema: { items } }) => {
    if (items === undefined) return [];
    const { properties } = resolveSchema(document, items);
    if (properties !== undefined && param.name in properties) return [{ field: name, key: param.name }];
    return name === list ? [{ field: name, key: properties === undefined ? undefined : 'id' }] : [];
  });
  return lists.slice(0, 1).map((found) => ({ command, param: param.name, ...found }));
}

/** @param {OpenApi} document @param {Operation} operation @param {'path' | 'query'} place @returns {Field[]} */
function parametersOf(document, { parameters = [] }, place) {
  return parameters
    .filter((parameter) => parameter.in === place)
    .map(({ name, schema, required = place === 'path' }) => ({
      name,
      schema: resolveSchema(document, schema),
      required,
    }));
}

/** @param {OpenApi} document @param {Schema | undefined} schema @returns {Form[]} */
function formsOf(document, schema) {
  if (schema === undefined) return [];
  const { anyOf, oneOf, ...single } = resolveSchema(document, schema);
  const alternatives = single.properties === undefined ? (anyOf ?? oneOf) : undefined;
  if (alternatives === undefined) return [{ name: '', fields: inputsOf(document, single) }];
  return alternatives.map((alternative, index) => {
    const { title } = resolveSchema(document, alternative);
    const fields = inputsOf(document, alternative);
    const constant = fields.find((field) => field.schema.const !== undefined)?.schema.const;
    return { name: title ?? (typeof constant === 'string' ? constant : `Alternative ${index + 1}`), fields };
  });
}

/** @param {OpenApi['paths']} paths @param {string} path */
function referrersOf(paths, path) {
  return Object.entries(paths).flatMap(([candidate, { get }]) => {
    const [, name] = new RegExp(`^${path}/\\{id\\}/(\\w+)$`).exec(candidate) ?? [];
    return name === undefined || name === 'events' || get === undefined ? [] : [name];
  });
}

/** Whether a path lists what other paths change an item of: a list in the entity. @param {OpenApi['paths']} paths @param {string} path */
function isItemList(paths, path) {
  return Object.keys(paths).some((other) => other.startsWith(`${path}/{`));
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

/** Returns undefined for a text that cannot be an id. @param {Contract | undefined} contract @param {string} text @returns {Id | undefined} */
export function toId(contract, text) {
  if (contract === undefined || contract.hasTextIds) return text;
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

/** @param {Id} a @param {Id} b */
export function compareIds(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @param {string} text */
export function capitalize(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
