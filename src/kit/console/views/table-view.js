/** Table of all entities, live or at a point in time, with search, sorting and forms. */

import { capitalize } from '../store/contract.js';
import { toCurl, toNatsQuery } from '../parts/commands.js';
import { CopyButton } from '../parts/copy-button.js';
import { html } from '../vendor/preact.js';
import { Rows } from './rows.js';
import { progressOf } from '../store/state.js';
import { toCount } from '../parts/text.js';
import { TimeTravel } from './time-travel.js';

/** @param {import('./app.js').ViewProps} props */
export function TableView({ state, update, session, contract }) {
  const { search, order, historical, loading, status } = state;
  const table = historical?.table ?? state.table;
  const rows = table.list(search, order);
  const { create } = contract;
  const isHistorical = historical !== undefined;
  const path = isHistorical ? `${contract.path}?asOf=${historical.asOf}` : contract.path;
  const last = progressOf(status).applied;
  return html`
    <section class=${isHistorical ? 'view historical' : 'view'} aria-labelledby="title">
      <div class="bar">
        <h2 id="title">${capitalize(contract.name)}${isHistorical && ' (historical)'}</h2>
        <label class="search">
          Find
          <input
            type="search"
            value=${search}
            onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
              update({ search: currentTarget.value })}
          />
        </label>
        <p class="count">
          ${describeCount(rows.length, table.size, contract)}${loading !== undefined && ', loading …'}
        </p>
        ${
          create !== undefined &&
          html`<button
            type="button"
            disabled=${isHistorical}
            onClick=${() => update({ dialog: { kind: 'create', command: create } })}
          >
            ${capitalize(create.verb)} ${contract.one}
          </button>`
        }
        <${CopyButton} label="Copy as curl" text=${toCurl(path)} />
        ${!isHistorical && html`<${CopyButton} label="Copy as nats" text=${toNatsQuery(contract.name, 'list', {})} />`}
      </div>
      <${TimeTravel}
        asOf=${historical?.asOf}
        position=${historical?.position}
        last=${last}
        problem=${historical?.problem}
        isLoading=${historical?.isLoading ?? false}
        onTravel=${session.historical.travel}
      />
      ${
        table.size === 0 && loading === undefined && historical?.isLoading !== true
          ? html`<p class="empty">
              ${isHistorical ? `No ${contract.name} existed at this point.` : `There are no ${contract.name} yet.`}
            </p>`
          : html`<${Rows}
              rows=${rows}
              contract=${contract}
              order=${order}
              isHistorical=${isHistorical}
              onOrder=${(/** @type {string} */ field) => update((current) => ({ order: reorder(current.order, field) }))}
              onOpen=${session.writes.open}
            />`
      }
    </section>
  `;
}

/**
 * Sorts by `field`; reverses the order if already sorted by it.
 *
 * @param {import('../store/table.js').Order} order
 * @param {string} field
 * @returns {import('../store/table.js').Order}
 */
function reorder(order, field) {
  return { field, descending: order.field === field && !order.descending };
}

/** @param {number} shown @param {number} all @param {import('../store/contract.js').Contract} contract */
function describeCount(shown, all, { noun, plural }) {
  const total = toCount(all, noun, plural);
  return shown === all ? total : `${shown.toLocaleString('en')} of ${total}`;
}
