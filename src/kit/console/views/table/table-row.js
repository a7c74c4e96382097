import { toLabel } from '../../contract/labels.js';
import { ChangedValue } from '../../parts/changed-value.js';
import { Icon } from '../../parts/icon.js';
import { KindMark } from '../../parts/kind-mark.js';
import { toText } from '../../parts/text.js';
import { Value } from '../../parts/value.js';
import { html } from '../../vendor/preact.js';

/** Text ids need more room. @param {import('../../contract/contract.js').Contract} contract */
export function idClassOf({ hasTextIds }) {
  return hasTextIds ? 'id long' : 'id';
}

/**
 * @param {{ row: import('../../store/table.js').Row, index: number, contract: import('../../contract/contract.js').Contract,
 *   isCompared: boolean, change: import('../../store/table-comparison.js').Change | undefined, href: string, hasActions: boolean,
 *   onOpen: import('./rows.js').RowsProps['onOpen'] | undefined }} props
 */
export function TableRow({
  row: { id, entity, changes },
  index,
  contract,
  isCompared,
  change,
  href,
  hasActions,
  onOpen,
}) {
  const { columns, replace, remove, noun } = contract;
  const commands = /** @type {const} */ ([
    ['replace', replace, 'pencil'],
    ['remove', remove, 'trash'],
  ]);
  return html`<tr
    aria-rowindex=${index}
    class=${`${changes > 0 ? 'changed' : ''} ${change === undefined ? '' : `is-${change.kind}`}`}
    data-id=${id}
  >
    ${isCompared && html`<td class="change">${change !== undefined && html`<${KindMark} kind=${change.kind} />`}</td>`}
    ${columns.map(({ name, schema }) => {
      if (name === 'id')
        return html`<th scope="row" class=${idClassOf(contract)}><a href=${href}>${id}</a></th>`;
      const difference = change?.differences.find(({ field }) => field === name);
      return difference === undefined
        ? html`<td title=${toText(entity[name])}><${Value} value=${entity[name]} schema=${schema} /></td>`
        : html`<td title=${`${toText(difference.before)} → ${toText(difference.after)}`}>
            <${ChangedValue} difference=${difference} />
          </td>`;
    })}
    ${
      hasActions &&
      html`<td class="actions">
        ${commands.map(
          ([kind, command, icon]) =>
            command !== undefined &&
            onOpen !== undefined &&
            html`<button
              type="button"
              class=${`quiet square ${kind === 'remove' ? 'danger' : ''}`}
              aria-label=${`${toLabel(command.verb)} ${noun} ${id}`}
              title=${toLabel(command.verb)}
              onClick=${() => onOpen(kind, command, id)}
            >
              <${Icon} name=${icon} />
            </button>`,
        )}
      </td>`
    }
  </tr>`;
}
