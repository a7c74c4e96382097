/** The entities, live or as they were: find, sort, and change them. */

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
  const { search, order, past, loading, status } = state;
  const table = past?.table ?? state.table;
  const rows = table.list(search, order);
  const isPast = past !== undefined;
  const path = isPast ? `${contract.path}?asOf=${past.asOf}` : contract.path;
  const last = progressOf(status).applied;
  return html`
    <section class=${isPast ? 'view past' : 'view'} aria-labelledby="title">
      <div class="bar">
        <h2 id="title">${capitalize(contract.name)}${isPast && ' as they were'}</h2>
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
          ${describeCount(rows.length, table.size, contract.noun)}${loading !== undefined && ', reading …'}
        </p>
        ${
          contract.add !== undefined &&
          html`<button type="button" disabled=${isPast} onClick=${() => update({ dialog: { kind: 'add' } })}>
            Add a ${contract.noun}
          </button>`
        }
        <${CopyButton} label="Copy as curl" text=${toCurl(path)} />
        ${!isPast && html`<${CopyButton} label="Copy as nats" text=${toNatsQuery(contract.name, 'list', {})} />`}
      </div>
      <${TimeTravel}
        asOf=${past?.asOf}
        position=${past?.position}
        last=${last}
        problem=${past?.problem}
        isLoading=${past?.isLoading ?? false}
        onTravel=${session.past.travel}
      />
      ${
        table.size === 0 && loading === undefined && past?.isLoading !== true
          ? html`<p class="empty">
              ${isPast ? 'There were none then.' : `There are no ${contract.name} yet.`}
            </p>`
          : html`<${Rows}
              rows=${rows}
              contract=${contract}
              order=${order}
              isPast=${isPast}
              onOrder=${(/** @type {string} */ field) => update((now) => ({ order: reorder(now.order, field) }))}
              onOpen=${session.writes.open}
            />`
      }
    </section>
  `;
}

/**
 * By the field that was asked for; asked for again, the other way round.
 *
 * @param {import('../store/table.js').Order} order
 * @param {string} field
 * @returns {import('../store/table.js').Order}
 */
function reorder(order, field) {
  return { field, descending: order.field === field && !order.descending };
}

/** @param {number} shown @param {number} all @param {string} noun */
function describeCount(shown, all, noun) {
  return shown === all ? toCount(all, noun) : `${shown.toLocaleString('en')} of ${toCount(all, noun)}`;
}
