/** What the command palette offers for a text. */

import { copies } from './copies.js';
import { toId } from '../contract/ids.js';
import { toLabel } from '../contract/labels.js';
import { capitalize } from '../parts/text.js';
import { addressOf } from '../store/address.js';
import { consoleUrlOf } from '../store/services.js';

/**
 * @typedef {object} Entry
 * @property {import('../parts/icon.js').IconName} icon
 * @property {string} name
 * @property {string} hint
 * @property {string} [href]
 * @property {(context: import('../shell/app.js').ViewProps) => void} [run]
 */

const maxEntries = 12;

/** @param {string} text @param {import('../shell/app.js').ViewProps} props @returns {Entry[]} */
export function findEntries(text, props) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (/** @type {Entry} */ { name, hint }) =>
    words.every((word) => `${name} ${hint}`.toLowerCase().includes(word));
  const fixed = [...pages(props), ...commands(props), ...services(props), ...copies(props)].filter(matches);
  return [...places(text.trim(), props), ...fixed].slice(0, maxEntries);
}

/** Entities, positions and times that the text names. @param {string} text @param {import('../shell/app.js').ViewProps} props @returns {Entry[]} */
function places(text, { state, contract }) {
  if (text === '') return [];
  const { noun } = contract;
  const id = /^[\w-]+$/.test(text) ? toId(contract, text) : undefined;
  const time = /\d[-/:.]\d/.test(text) ? Date.parse(text) : NaN;
  const found = state.table.list(text, state.order);
  // The entity with this id comes first.
  const rows = [...found.filter((row) => row.id === id), ...found.filter((row) => row.id !== id)].slice(0, 5);
  return [
    ...rows.map(({ id: rowId, entity }) => ({
      icon: /** @type {const} */ ('arrow-right'),
      name: `${capitalize(noun)} ${rowId}`,
      hint: Object.values(entity)
        .filter((value) => typeof value === 'string')
        .join(' · '),
      href: `#/entity/${rowId}`,
    })),
    ...(id !== undefined && rows.every((row) => row.id !== id) && (!contract.hasTextIds || rows.length === 0)
      ? [
          {
            icon: /** @type {const} */ ('arrow-right'),
            name: `${capitalize(noun)} ${id}`,
            hint: 'also if it was removed',
            href: `#/entity/${id}`,
          },
        ]
      : []),
    ...(/^\d+$/.test(text) ? [moment(text, `position ${Number(text).toLocaleString('en')}`, contract)] : []),
    ...(Number.isNaN(time)
      ? []
      : [moment(new Date(time).toISOString(), new Date(time).toLocaleString(), contract)]),
  ];
}

/** @param {string} asOf @param {string} text @param {import('../contract/contract.js').Contract} contract @returns {Entry} */
function moment(asOf, text, { plural }) {
  return {
    icon: 'rotate-ccw-clock',
    name: `${capitalize(plural)} as of ${text}`,
    hint: 'historical view',
    href: addressOf({ view: 'table', id: 0, asOf }),
  };
}

/** @param {import('../shell/app.js').ViewProps} props @returns {Entry[]} */
function pages({ contract }) {
  const hint = 'page';
  return [
    { icon: 'table-2', name: capitalize(contract.plural), hint, href: '#/' },
    ...(contract.queries.length > 0
      ? [{ icon: /** @type {const} */ ('search-code'), name: 'Queries', hint, href: '#/queries' }]
      : []),
    { icon: 'scroll-text', name: 'Event log', hint, href: '#/log' },
    { icon: 'activity', name: 'Health', hint, href: '#/health' },
    { icon: 'layers', name: 'System', hint, href: '#/system' },
    { icon: 'book-open', name: 'API', hint, href: 'docs' },
  ];
}

/** Those of the open entity, and the one that creates one. @param {import('../shell/app.js').ViewProps} props @returns {Entry[]} */
function commands({ state, contract }) {
  const { create, replace, remove, commands: others, noun, one } = contract;
  const { route, entity } = state;
  const isOpen = route.view === 'entity' && entity?.current !== undefined && route.asOf === undefined;
  const all = /** @type {const} */ ([
    ['replace', replace],
    ...others.map((command) => /** @type {const} */ (['command', command])),
    ['remove', remove],
  ]);
  return [
    ...(create === undefined || route.asOf !== undefined ? [] : additions(create, one)),
    ...(isOpen ? all : []).flatMap(([kind, command]) =>
      command === undefined
        ? []
        : [
            {
              icon: /** @type {const} */ ('zap'),
              name: `${toLabel(command.verb)} ${noun} ${route.id}`,
              hint: 'command',
              run: (/** @type {import('../shell/app.js').ViewProps} */ { session }) =>
                void session.writes.open(kind, command, route.id),
            },
          ],
    ),
  ];
}

/** @param {import('../contract/contract.js').Command} command @param {string} one @returns {Entry[]} */
function additions(command, one) {
  const hint = 'command';
  return [
    {
      icon: 'plus',
      name: `${toLabel(command.verb)} ${one}`,
      hint,
      run: ({ update }) => update({ dialog: { kind: 'create', command } }),
    },
    {
      icon: 'upload',
      name: 'Import a file',
      hint,
      run: ({ update }) => update({ dialog: { kind: 'import', command, file: undefined } }),
    },
  ];
}

/** The consoles of the other services. @param {import('../shell/app.js').ViewProps} props @returns {Entry[]} */
function services({ state, contract }) {
  const all = state.system.services;
  return all.flatMap((service) => {
    const url = service.name === contract.name ? undefined : consoleUrlOf(service, all, contract.name);
    return url === undefined
      ? []
      : [{ icon: 'server', name: capitalize(service.name), hint: 'service', href: `${url}#/` }];
  });
}
