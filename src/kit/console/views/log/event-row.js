/** A position of the log as a row. */

import { EventType } from '../../parts/event-type.js';
import { describeEvent, toLocalTime, toShortTime } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/**
 * @param {{ row: import('../../store/log/pages.js').LogRow, rowIndex: number, top: number, isSelected: boolean,
 *   contract: import('../../contract/contract.js').Contract, onOpen: (position: number) => void }} props
 */
export function EventRow({
  row: { position, entry, isLoading },
  rowIndex,
  top,
  isSelected,
  contract,
  onOpen,
}) {
  const isRejected = entry?.rejected !== undefined;
  return html`<div
    class=${`event ${isRejected ? 'rejected' : ''} ${entry === undefined && !isLoading ? 'gap' : ''} ${isLoading ? 'skeleton' : ''}`}
    role="row"
    id=${`message-${position}`}
    aria-rowindex=${rowIndex}
    aria-selected=${isSelected}
    style=${{ transform: `translateY(${top}px)` }}
    onClick=${() => onOpen(position)}
  >
    <span role="gridcell" class="position">${position}</span>
    ${
      entry === undefined
        ? html`<span role="gridcell" class="content">${isLoading ? '' : 'no message: deleted'}</span>`
        : html`<span role="gridcell" class="stored"
              ><time datetime=${entry.time} title=${toLocalTime(entry.time)}
                >${toShortTime(entry.time)}</time
              ></span
            >
            <span role="gridcell" class="kind"
              ><${EventType} type=${entry.event?.type ?? 'not an event'} contract=${contract}
            /></span>
            <span role="gridcell" class="subject">${entry.id ?? entry.subject}</span>
            <span role="gridcell" class="content">
              ${isRejected && html`<span class="error">${entry.rejected}</span> `}
              ${entry.event === undefined ? html`<code>${entry.payload}</code>` : describeEvent(entry.event)}
            </span>`
    }
  </div>`;
}
