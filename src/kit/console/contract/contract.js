/** What the console knows of its service, from the extension `x-portside` and the schemas of the OpenAPI document. */

import { formsOf, parametersOf, responseFieldsOf } from './openapi.js';

/**
 * @typedef {import('../../api/responses/service-description.ts').DescribedCommand} DescribedCommand
 * @typedef {import('../../api/responses/service-description.ts').CommandItem} CommandItem
 * @typedef {import('../../api/responses/service-description.ts').Reference} Reference
 * @typedef {import('./openapi.js').Field} Field
 * @typedef {import('./openapi.js').Form} Form
 * @typedef {import('./openapi.js').Schema} Schema
 * @typedef {import('./ids.js').Id} Id
 *
 * A command. `path` has placeholders for `id` and the parameters; `forms` is empty if the command has no body.
 * @typedef {{ verb: string, kind: DescribedCommand['kind'], method: string, path: string, summary: string, params: Field[], forms: Form[],
 *   item: CommandItem | undefined }} Command
 *
 * A command that takes an item out of a list in the document.
 * @typedef {Command & { item: CommandItem }} ItemCommand
 *
 * A query of the service's own.
 * @typedef {{ name: string, path: string, summary: string, params: Field[] }} Query
 *
 * A list of entities of another service that refer to an entity. `path` has a placeholder for `id`.
 * @typedef {{ service: string, plural: string, path: string }} Relation
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
 * @property {Command | undefined} create
 * @property {Command | undefined} replace
 * @property {Command | undefined} remove
 * @property {Command[]} commands all others
 * @property {Query[]} queries
 * @property {Field[]} filters query parameters that select entities by an index
 * @property {ItemCommand[]} itemCommands
 * @property {Relation[]} relations
 * @property {readonly Reference[]} references fields of the document with entities of other services
 * @property {{ path: string } | undefined} samples sample data
 * @property {import('../../api/responses/service-description.ts').Example | undefined} example an entity as it could be created
 * @property {readonly string[]} eventTypes
 * @property {boolean} requiresToken whether writes require a bearer token
 */

/**
 * @param {import('./openapi.js').OpenApi} document
 * @returns {Contract}
 */
export function readContract(document) {
  const { info, paths, 'x-portside': service } = document;
  if (service === undefined) throw new Error('The OpenAPI document has no extension x-portside.');
  const { path, entity } = service;
  const operationOf = (/** @type {{ path: string, method: string }} */ { path: target, method }) =>
    paths[target]?.[method];
  const list = operationOf({ path, method: 'get' });
  const item = operationOf({ path: `${path}/{id}`, method: 'get' });
  const commands = service.commands.map((command) => toCommand(document, command));
  // The forms of these have no parameters, and that of the last one no fields. Others are commands like any other.
  const take = (/** @type {DescribedCommand['kind']} */ kind) =>
    commands.find(
      ({ kind: other, params, forms }) =>
        other === kind && params.length === 0 && (kind === 'remove') === (forms.length === 0),
    );
  const main = { create: take('create'), replace: take('replace'), remove: take('remove') };
  return {
    title: info.title,
    version: info.version,
    path,
    name: service.service,
    noun: entity.noun,
    one: entity.one,
    plural: entity.plural,
    hasTextIds: entity.id === 'text',
    columns: responseFieldsOf(document, item),
    ...main,
    commands: commands.filter((command) => !Object.values(main).includes(command)),
    queries: service.queries.map((query) => {
      const operation = operationOf(query);
      const params = parametersOf(document, operation, 'query');
      return { name: query.name, path: query.path, summary: operation?.summary ?? '', params };
    }),
    filters: parametersOf(document, list, 'query').filter(({ name }) => service.indexes.includes(name)),
    itemCommands: commands.flatMap(({ item: taken, ...command }) =>
      taken === undefined ? [] : [{ ...command, item: taken }],
    ),
    relations: service.relations.map(({ service: name, plural, path: target }) => ({
      service: name,
      plural,
      path: target,
    })),
    references: service.references,
    samples: service.samples,
    example: service.example,
    eventTypes: service.events,
    requiresToken: service.commands.some((command) => (operationOf(command)?.security ?? []).length > 0),
  };
}

/** @param {import('./openapi.js').OpenApi} document @param {DescribedCommand} command @returns {Command} */
function toCommand(document, { verb, kind, method, path, item }) {
  const operation = document.paths[path]?.[method];
  return {
    verb,
    kind,
    method: method.toUpperCase(),
    path,
    summary: operation?.summary ?? '',
    params: parametersOf(document, operation, 'path').filter(({ name }) => name !== 'id'),
    forms: formsOf(document, operation),
    item,
  };
}
