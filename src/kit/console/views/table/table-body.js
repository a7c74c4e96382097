/** The rows of the table, those that differ from now if they are compared, or why there are none. */

import { Empty } from '../../parts/empty.js';
import { addressOf } from '../../store/address.js';
import { html } from '../../vendor/preact.js';
import { FirstSteps } from './first-steps.js';
import { Rows } from './rows.js';

/**
 * @param {Pick<import('../../shell/app.js').ViewProps, 'state' | 'session' | 'contract' | 'update'> & { table: import('../../store/table.js').Table,
 *   rows: import('../../store/table.js').Row[], isStale: boolean, comparison: import('../../store/table-comparison.js').Comparison | undefined }} props
 */
export function TableBody({ state, update, session, contract, table, rows, isStale, comparison }) {
  const { historical, loading, order, route, filter } = state;
  const { plural } = contract;
  const isHistorical = historical !== undefined;
  if (comparison !== undefined && rows.length === 0) {
    const isSame = comparison.counts.unchanged === state.table.size && comparison.counts.removed === 0;
    return html`<${Empty}
      icon="equal"
      text=${isSame ? 'Nothing has changed since then.' : `No ${plural} to list.`}
    />`;
  }
  if (
    comparison === undefined &&
    table.size === 0 &&
    loading === undefined &&
    historical?.isLoading !== true
  ) {
    return isHistorical
      ? html`<${Empty} text=${`No ${plural} existed at this point.`} />`
      : html`<${FirstSteps} state=${state} session=${session} contract=${contract} />`;
  }
  if (rows.length === 0 && table.size > 0 && !isStale) {
    const clear = () => {
      update({ search: '' });
      for (const name of Object.keys(filter.values)) session.filter.set(name, '');
    };
    return html`<${Empty} icon="search" text=${`No ${plural} match.`}>
      <button type="button" onClick=${clear}>Clear the search and the filters</button>
    </${Empty}>`;
  }
  return html`<${Rows}
    rows=${rows}
    contract=${contract}
    order=${order}
    isHistorical=${isHistorical}
    isLoading=${table.size === 0}
    isStale=${isStale}
    isCompared=${isHistorical && route.isCompared}
    changeOf=${comparison?.changeOf}
    hrefOf=${(/** @type {import('../../contract/ids.js').Id} */ id) => addressOf({ ...route, view: 'entity', id })}
    onShown=${session.showRows}
    onOrder=${(/** @type {string} */ field) => update((current) => ({ order: reorder(current.order, field) }))}
    onOpen=${session.writes.open}
  />`;
}

/**
 * Sorts by `field`; reverses the order if already sorted by it.
 *
 * @param {import('../../store/table.js').Order} order
 * @param {string} field
 * @returns {import('../../store/table.js').Order}
 */
function reorder(order, field) {
  return { field, descending: order.field === field && !order.descending };
}
