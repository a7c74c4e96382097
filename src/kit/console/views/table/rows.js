/** Virtualized table: only the visible rows are in the DOM. */

import { labelOf } from '../../contract/labels.js';
import { html, useLayoutEffect, useRef, useState } from '../../vendor/preact.js';
import { Icon } from '../../parts/icon.js';
import { idClassOf, TableRow } from './table-row.js';

/** Row height in pixels; must match the style sheet. */
const rowHeight = 36;
/** Rendered rows above and below the visible area. */
const overscan = 8;

/**
 * @typedef {object} RowsProps
 * @property {import('../../store/table.js').Row[]} rows
 * @property {import('../../contract/contract.js').Contract} contract
 * @property {import('../../store/table.js').Order} order
 * @property {boolean} isHistorical
 * @property {boolean} isLoading whether no row is known yet
 * @property {boolean} isStale whether others are being read
 * @property {boolean} isCompared whether there is a column for what has happened to a row since then
 * @property {import('../../store/table-comparison.js').Comparison['changeOf']} [changeOf] what has happened to a row since then
 * @property {(id: import('../../contract/ids.js').Id) => string} hrefOf
 * @property {(ids: ReadonlySet<import('../../contract/ids.js').Id>) => void} onShown called with the rows that are rendered
 * @property {(field: string) => void} onOrder called with the column to sort by
 * @property {import('../../store/session.js').Session['writes']['open']} onOpen
 */

/** @param {RowsProps} props */
export function Rows({
  rows,
  contract,
  order,
  isHistorical,
  isLoading,
  isStale,
  isCompared,
  changeOf,
  hrefOf,
  onShown,
  onOrder,
  onOpen,
}) {
  const region = useRef(/** @type {HTMLElement | null} */ (null));
  const [viewport, setViewport] = useState({ top: 0, height: 800 });
  const updateViewport = () => {
    const { scrollTop: top = 0, clientHeight: height = 0 } = region.current ?? {};
    setViewport((previous) =>
      previous.top === top && previous.height === height ? previous : { top, height },
    );
  };
  useLayoutEffect(() => {
    const observer = new ResizeObserver(updateViewport);
    if (region.current !== null) observer.observe(region.current);
    return () => observer.disconnect();
  }, []);

  const first = Math.max(0, Math.min(Math.floor(viewport.top / rowHeight), rows.length) - overscan);
  const end = Math.min(rows.length, first + Math.ceil(viewport.height / rowHeight) + 2 * overscan);
  const shown = rows.slice(first, end);
  useLayoutEffect(() => onShown(new Set(shown.map(({ id }) => id))));
  const onChange = isHistorical ? undefined : onOpen;
  // Historical rows keep the column, so that the others do not move.
  const hasActions = !isCompared && (contract.replace !== undefined || contract.remove !== undefined);
  const width = contract.columns.length + (hasActions || isCompared ? 1 : 0);
  return html`<div
    class=${isStale ? 'rows stale' : 'rows'}
    aria-busy=${isStale}
    role="region"
    aria-label=${`All ${contract.name}`}
    tabindex="0"
    ref=${region}
    onScroll=${updateViewport}
  >
    <table aria-rowcount=${rows.length + 1}>
      <thead>
        <tr aria-rowindex="1">
          ${isCompared && html`<th scope="col" class="change">Change</th>`}
          ${contract.columns.map((column) => html`<${Heading} column=${column} idClass=${idClassOf(contract)} order=${order} onOrder=${onOrder} />`)}
          ${hasActions && html`<th scope="col" class="actions"><span class="label-hidden">Actions</span></th>`}
        </tr>
      </thead>
      <tbody>
        ${isLoading && html`<${Skeleton} width=${width} />`}
        <${Spacer} rows=${first} width=${width} />
        ${shown.map(
          (row, index) =>
            html`<${TableRow}
              key=${`${row.id} ${row.changes}`}
              row=${row}
              index=${first + index + 2}
              contract=${contract}
              isCompared=${isCompared}
              change=${changeOf?.(row)}
              href=${hrefOf(row.id)}
              hasActions=${hasActions}
              onOpen=${onChange}
            />`,
        )}
        <${Spacer} rows=${rows.length - end} width=${width} />
      </tbody>
    </table>
  </div>`;
}

/**
 * @param {{ column: import('../../contract/contract.js').Field, idClass: string, order: import('../../store/table.js').Order,
 *   onOrder: RowsProps['onOrder'] }} props
 */
function Heading({ column, idClass, order, onOrder }) {
  const { name } = column;
  const isOrder = order.field === name;
  const direction = order.descending ? 'descending' : 'ascending';
  return html`<th scope="col" class=${name === 'id' && idClass} aria-sort=${isOrder ? direction : undefined}>
    <button type="button" class="quiet" onClick=${() => onOrder(name)}>
      ${labelOf(column)}${isOrder && html`<${Icon} name=${order.descending ? 'arrow-down' : 'arrow-up'} />`}
    </button>
  </th>`;
}

/** Rows that stand for those being read. @param {{ width: number }} props */
function Skeleton({ width }) {
  const cells = Array.from({ length: width });
  return Array.from(
    { length: 12 },
    (_, row) =>
      html`<tr aria-hidden="true" class="skeleton">
        ${cells.map((_cell, column) => html`<td style=${{ '--part': ((row * 3 + column * 5) % 7) / 7 }}></td>`)}
      </tr>`,
  );
}

/** Placeholder with the height of the rows that are not rendered. @param {{ rows: number, width: number }} props */
function Spacer({ rows, width }) {
  if (rows === 0) return null;
  return html`<tr aria-hidden="true" class="space">
    <td colspan=${width} style=${{ height: `${rows * rowHeight}px` }}></td>
  </tr>`;
}
