/** Table of all entities, live or at a point in time, with search, sorting and forms. */

import { labelOf } from '../../contract/labels.js';
import { pathOf } from '../../store/queries.js';
import { toCurl, toNatsQuery } from '../../parts/commands.js';
import { CopyButton } from '../../parts/copy-button.js';
import { Control } from '../../forms/field-input.js';
import { Icon } from '../../parts/icon.js';
import { html, useRef, useState } from '../../vendor/preact.js';
import { ComparisonBar, differentKinds } from './comparison-bar.js';
import { TableBody } from './table-body.js';
import { NewEntities } from './new-entities.js';
import { toCount } from '../../parts/text.js';
import { TimeBar } from '../time/time-bar.js';

/** @typedef {import('../../contract/contract.js').Field} Field */

/** @param {import('../../shell/app.js').ViewProps} props */
export function TableView({ state, update, session, contract }) {
  const { search, filter, order, historical, loading, route } = state;
  const [listed, setListed] = useState(differentKinds);
  const wasLive = useRef(false);
  wasLive.current ||= historical === undefined && route.asOf === undefined;
  const isReading = historical?.isLoading === true && historical.table.size === 0;
  // Until the first historical read is done, the current rows remain, dimmed, if they were shown.
  const isStale = isReading && wasLive.current;
  const table = isStale ? state.table : (historical?.table ?? state.table);
  const comparison =
    historical !== undefined && !historical.isLoading && route.isCompared
      ? session.compare(historical.table, state.table)
      : undefined;
  const found = comparison === undefined ? table.list(search, order) : comparison.list(listed, search, order);
  const rows = filter.ids === undefined ? found : found.filter(({ id }) => filter.ids?.has(id));
  const { create } = contract;
  const isHistorical = historical !== undefined;
  const path = pathOf(contract, { ...filter.values, asOf: historical?.asOf });
  return html`
    <section class=${isHistorical ? 'view historical' : 'view'} aria-labelledby="title">
      <div class="toolbar">
        <label class="inline search">
          <${Icon} name="search" /><span class="label-hidden">Find</span>
          <input
            type="search"
            placeholder=${`Find ${contract.plural}`}
            value=${search}
            onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
              update({ search: currentTarget.value })}
          />
        </label>
        <${Filters} filters=${contract.filters} filter=${filter} onFilter=${session.filter.set} />
        <p class="count">
          ${isReading || (table.size === 0 && loading !== undefined) ? 'loading …' : describeCount(rows.length, comparison === undefined ? table.size : sizeOf(comparison), contract)}${table.size > 0 && loading !== undefined && ', loading …'}
        </p>
        <div class="end">
          <${CopyButton} label="Copy as curl" text=${toCurl(path)} />
          ${!isHistorical && html`<${CopyButton} label="Copy as nats" text=${toNatsQuery(contract.name, 'list', toFields(contract.filters, filter.values))} />`}
          ${create !== undefined && html`<${NewEntities} create=${create} contract=${contract} isDisabled=${isHistorical} update=${update} />`}
        </div>
      </div>
      ${isHistorical && route.isCompared && html`<${ComparisonBar} counts=${comparison?.counts} listed=${listed} onList=${setListed} />`}
      <${TableBody}
        state=${state}
        update=${update}
        session=${session}
        contract=${contract}
        table=${table}
        rows=${rows}
        isStale=${isStale}
        comparison=${comparison}
      />
      <${TimeBar}
        state=${state}
        session=${session}
        contract=${contract}
        shown=${{
          asOf: route.asOf,
          position: historical?.position,
          isLoading: historical?.isLoading ?? false,
          problem: historical?.problem,
        }}
      />
    </section>
  `;
}

/**
 * @param {{ filters: Field[], filter: import('../../store/filter.js').Filter,
 *   onFilter: import('../../store/session.js').Session['filter']['set'] }} props
 */
function Filters({ filters, filter: { values, problem }, onFilter }) {
  if (filters.length === 0) return null;
  return html`<form
    class="filters"
    aria-label="Filters"
    onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}
  >
    ${filters.map(
      (field) =>
        html`<label class="inline">
          ${labelOf(field)}
          <${Control}
            common=${{ title: field.schema.description }}
            schema=${field.schema}
            value=${values[field.name] ?? ''}
            onValue=${(/** @type {string | boolean} */ value) => onFilter(field.name, String(value))}
          />
        </label>`,
    )}
    <p class="error" role="alert">${problem}</p>
  </form>`;
}

/** The fields of a NATS request. @param {Field[]} filters @param {Record<string, string>} values */
function toFields(filters, values) {
  return Object.fromEntries(
    filters.flatMap(({ name, schema: { type } }) => {
      const value = values[name];
      if (value === undefined) return [];
      return [[name, type === 'integer' || type === 'number' ? Number(value) : value]];
    }),
  );
}

/** @param {import('../../store/table-comparison.js').Comparison} comparison */
function sizeOf({ counts }) {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** @param {number} shown @param {number} all @param {import('../../contract/contract.js').Contract} contract */
function describeCount(shown, all, { noun, plural }) {
  const total = toCount(all, noun, plural);
  return shown === all ? total : `${shown.toLocaleString('en')} of ${total}`;
}
