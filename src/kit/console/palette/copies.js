/** What the palette copies: requests as curl, for the `nats` CLI and for the TypeScript client. */

import { toLabel } from '../contract/labels.js';
import { toRequest } from '../forms/to-request.js';
import { brokerOf, toClientCall, toCurl, toNatsCommand, toNatsQuery } from '../parts/commands.js';
import { capitalize } from '../parts/text.js';
import { pathOf } from '../store/queries.js';

/**
 * @typedef {import('../contract/contract.js').Command} Command
 * @typedef {import('../contract/contract.js').Id} Id
 *
 * @typedef {{ name: string, texts: { curl: string, nats: string, TypeScript: string } }} Copyable
 */

/** Entries for the list, the open entity, and the commands that can be run. @param {import('../shell/app.js').ViewProps} props @returns {import('./entries.js').Entry[]} */
export function copies(props) {
  const { state, contract } = props;
  const { route, entity } = state;
  const isOpen = route.view === 'entity' && entity?.current !== undefined && entity.asOf === undefined;
  const { create, replace, remove, commands } = contract;
  const ofEntity = [replace, ...commands, remove].flatMap((command) => command ?? []);
  return [
    ...(isOpen ? [oneEntity(props, route.id), ...ofEntity.map((one) => command(props, one, route.id))] : []),
    list(props),
    ...(create === undefined ? [] : [command(props, create, undefined)]),
  ].flatMap(toEntries);
}

/** @param {Copyable} copyable @returns {import('./entries.js').Entry[]} */
function toEntries({ name, texts }) {
  return Object.entries(texts).map(([form, text]) => ({
    icon: 'copy',
    name: `Copy ${name} as ${form}`,
    hint: 'copy',
    run: ({ update }) =>
      void navigator.clipboard.writeText(text).then(
        () => update({ message: `Copied: ${text}` }),
        // Without access to the clipboard, the text is shown.
        () => update({ message: text }),
      ),
  }));
}

/** The list as it is filtered and at the moment that is shown. @param {import('../shell/app.js').ViewProps} props @returns {Copyable} */
function list({ state: { filter, historical, status }, contract }) {
  const { path, name, plural } = contract;
  const values = { ...filter.values, ...(historical !== undefined && { asOf: historical.asOf }) };
  return {
    name: plural,
    texts: {
      curl: toCurl(pathOf({ path }, values)),
      nats: toNatsQuery(name, 'list', filter.values, brokerOf(status)),
      TypeScript: toClientCall(contract, 'list', values),
    },
  };
}

/** @param {import('../shell/app.js').ViewProps} props @param {Id} id @returns {Copyable} */
function oneEntity({ state: { status }, contract }, id) {
  const { path, name, noun } = contract;
  return {
    name: `${noun} ${id}`,
    texts: {
      curl: toCurl(`${path}/${id}`),
      nats: toNatsQuery(name, 'get', { id }, brokerOf(status)),
      TypeScript: toClientCall(contract, 'get', id),
    },
  };
}

/** With example values, which are replaced by hand. @param {import('../shell/app.js').ViewProps} props @param {Command} command @param {Id | undefined} id @returns {Copyable} */
function command({ state: { status }, contract }, command, id) {
  const { name, noun, one, example } = contract;
  const [form] = command.forms;
  const isExample = id === undefined && example?.verb === command.verb;
  const values = Object.fromEntries(
    [...command.params, ...(form?.fields ?? [])]
      .filter(({ required }) => required)
      .map(({ name: field, schema }) => [field, schema.const ?? schema.example ?? exampleValue(schema.type)]),
  );
  const input = isExample ? { ...example.body } : values;
  const { method, path, body } = toRequest(command, id ?? '', input);
  const args = [...(id === undefined ? [] : [id]), ...(Object.keys(input).length === 0 ? [] : [input])];
  return {
    name: `"${capitalize(toLabel(command.verb))} ${id === undefined ? one : `${noun} ${id}`}"`,
    texts: {
      curl: toCurl(path, { method, body }),
      nats: toNatsCommand(name, command.verb, id === undefined ? input : { id, ...input }, brokerOf(status)),
      TypeScript: toClientCall(contract, command.verb, ...args),
    },
  };
}

/** @param {import('../contract/openapi.js').Schema['type']} type */
function exampleValue(type) {
  return type === 'integer' || type === 'number' ? 1 : type === 'boolean' ? true : '…';
}
