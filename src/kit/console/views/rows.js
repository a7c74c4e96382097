/** Virtualized table: only the visible rows are in the DOM. */

import { labelOf, toLabel } from '../contract/labels.js';
import { html, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { toText } from '../parts/text.js';

/** Row height in pixels; must match the style sheet. */
const rowHeight = 36;
/** Rendered rows above and below the visible area. */
const overscan = 8;

/**
 * @typedef {object} RowsProps
 * @property {import('../store/table.js').Row[]} rows
 * @property {import('../contract/contract.js').Contract} contract
 * @property {import('../store/table.js').Order} order
 * @property {boolean} isHistorical
 * @property {(field: string) => void} onOrder called with the column to sort by
 * @property {import('../store/session.js').Session['writes']['open']} onOpen
 */

/** @param {RowsProps} props */
export function Rows({ rows, contract, order, isHistorical, onOrder, onOpen }) {
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
  const canChange = !isHistorical && (contract.replace !== undefined || contract.remove !== undefined);
  const width = contract.columns.length + (canChange ? 1 : 0);
  return html`<div
    class="rows"
    role="region"
    aria-label=${`All ${contract.name}`}
    tabindex="0"
    ref=${region}
    onScroll=${updateViewport}
  >
    <table aria-rowcount=${rows.length + 1}>
      <thead>
        <tr aria-rowindex="1">
          ${contract.columns.map((column) => html`<${Heading} column=${column} order=${order} onOrder=${onOrder} />`)}
          ${canChange && html`<th scope="col" class="actions">Actions</th>`}
        </tr>
      </thead>
      <tbody>
        <${Spacer} rows=${first} width=${width} />
        ${rows
          .slice(first, end)
          .map(
            (row, index) =>
              html`<${TableRow}
                key=${`${row.id} ${row.changes}`}
                row=${row}
                index=${first + index + 2}
                contract=${contract}
                onOpen=${canChange ? onOpen : undefined}
              />`,
          )}
        <${Spacer} rows=${rows.length - end} width=${width} />
      </tbody>
    </table>
  </div>`;
}

/** @param {{ column: import('../contract/contract.js').Field, order: import('../store/table.js').Order, onOrder: RowsProps['onOrder'] }} props */
function Heading({ column, order, onOrder }) {
  const { name } = column;
  const isOrder = order.field === name;
  const direction = order.descending ? 'descending' : 'ascending';
  return html`<th scope="col" class=${name === 'id' && 'id'} aria-sort=${isOrder ? direction : undefined}>
    <button type="button" class="quiet" onClick=${() => onOrder(name)}>
      ${labelOf(column)}<span aria-hidden="true">${isOrder ? (order.descending ? ' ▼' : ' ▲') : ''}</span>
    </button>
  </th>`;
}

/**
 * @param {{ row: import('../store/table.js').Row, index: number, contract: import('../contract/contract.js').Contract,
 *   onOpen: RowsProps['onOpen'] | undefined }} props
 */
function TableRow({
  row: { id, entity, changes },
  index,
  contract: { columns, replace, remove, noun },
  onOpen,
}) {
  return html`<tr aria-rowindex=${index} class=${changes > 0 ? 'changed' : undefined} data-id=${id}>
    ${columns.map(({ name }) =>
      name === 'id'
        ? html`<th scope="row" class="id"><a href=${`#/entity/${id}`}>${id}</a></th>`
        : html`<td title=${toText(entity[name])}>${toText(entity[name])}</td>`,
    )}
    ${
      onOpen !== undefined &&
      html`<td class="actions">
        ${
          /** @type {const} */ ([
            ['replace', replace],
            ['remove', remove],
          ]).map(
            ([kind, command]) =>
              command !== undefined &&
              html`<button
                type="button"
                class="quiet"
                aria-label=${`${toLabel(command.verb)} ${noun} ${id}`}
                onClick=${() => onOpen(kind, command, id)}
              >
                ${toLabel(command.verb)}
              </button>`,
          )
        }
      </td>`
    }
  </tr>`;
}

/** Placeholder with the height of the rows that are not rendered. @param {{ rows: number, width: number }} props */
function Spacer({ rows, width }) {
  if (rows === 0) return null;
  return html`<tr aria-hidden="true" class="space">
    <td colspan=${width} style=${{ height: `${rows * rowHeight}px` }}></td>
  </tr>`;
}
