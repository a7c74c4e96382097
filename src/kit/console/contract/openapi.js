/** Fields and forms from the schemas of an OpenAPI document. */

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
 * @property {string} [format]
 * @property {boolean} [readOnly]
 * @property {string} [description]
 * @property {unknown} [example]
 * @property {number} [minLength]
 * @property {number} [maxLength]
 * @property {string} [pattern]
 * @property {number} [minimum]
 * @property {number} [maximum]
 *
 * @typedef {{ name: string, schema: Schema, required: boolean }} Field
 *
 * One alternative of a body; `name` is empty if there is only one.
 * @typedef {{ name: string, fields: Field[] }} Form
 *
 * @typedef {{ name: string, in?: string, required?: boolean, schema?: Schema }} Parameter
 * @typedef {{ operationId: string, summary?: string, security?: unknown[], parameters?: Parameter[],
 *   requestBody?: { content: Record<string, { schema: Schema }> },
 *   responses: Record<string, { content?: Record<string, { schema: Schema }> }> }} Operation
 * @typedef {{ info: { title: string, version: string },
 *   'x-portside'?: import('../../api/responses/service-description.ts').ServiceDescription,
 *   paths: Record<string, Record<string, Operation>>, components?: { schemas?: Record<string, Schema> } }} OpenApi
 */

const json = 'application/json';

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

/** The fields of the document in the response. @param {OpenApi} document @param {Operation | undefined} operation */
export function responseFieldsOf(document, operation) {
  return fieldsOf(document, operation?.responses['200']?.content?.[json]?.schema);
}

/** @param {OpenApi} document @param {Operation | undefined} operation @param {'path' | 'query'} place @returns {Field[]} */
export function parametersOf(document, operation, place) {
  const parameters = operation?.parameters ?? [];
  return parameters
    .filter((parameter) => parameter.in === place)
    .map(({ name, schema, required = place === 'path' }) => ({
      name,
      schema: resolveSchema(document, schema),
      required,
    }));
}

/** The alternatives of the body; empty if the operation has none. @param {OpenApi} document @param {Operation | undefined} operation @returns {Form[]} */
export function formsOf(document, operation) {
  const schema = operation?.requestBody?.content[json]?.schema;
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
