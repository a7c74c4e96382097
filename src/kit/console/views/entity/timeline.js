/** History of one entity by day, latest event first. */

import { toCurl } from '../../parts/commands.js';
import { CopyButton } from '../../parts/copy-button.js';
import { Empty } from '../../parts/empty.js';
import { toCount, toDay } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';
import { HistoryEntry } from './history-entry.js';

/**
 * @typedef {import('../../store/entity.js').Entry} Entry
 *
 * @param {{ entity: import('../../store/entity.js').OpenEntity, session: import('../../store/session.js').Session,
 *   contract: import('../../contract/contract.js').Contract, status: import('../../store/state.js').Status | undefined }} props
 */
export function Timeline({ entity, session, contract, status }) {
  const { id, history, versions, asOf, position = NaN } = entity;
  const upTo = asOf !== undefined && /^\d+$/.test(asOf) ? Number(asOf) : position;
  const shown =
    asOf === undefined ? undefined : history.findLast((entry) => entry.position <= upTo)?.position;
  const unloaded = history.filter(({ position }) => !versions.has(position)).length;
  return html`<section class="card" aria-labelledby="history-title">
    <header>
      <h2 id="history-title">History: ${toCount(history.length, 'message')}</h2>
      <span class="end">
        ${
          unloaded > 0 &&
          !entity.isLoading &&
          html`<button type="button" class="quiet small" onClick=${() => session.entity.readAllVersions(id)}>
            Load the changes of ${toCount(unloaded, 'earlier event')}
          </button>`
        }
        <${CopyButton} label="Copy as curl" text=${toCurl(`${contract.path}/${id}/events`)} />
      </span>
    </header>
    ${history.length === 0 && !entity.isLoading && html`<${Empty} icon="scroll-text" text="No messages." />`}
    ${daysOf(history).map(
      ({ day, entries }) =>
        html`<h3 key=${`day ${day}`} class="day">${day}</h3>
          <ol key=${day} class="timeline">
            ${entries.map(
              ({ entry, previous }) =>
                html`<${HistoryEntry}
                  key=${entry.position}
                  entry=${entry}
                  previous=${previous}
                  versions=${versions}
                  isShown=${entry.position === shown}
                  isLater=${asOf !== undefined && entry.position > upTo}
                  contract=${contract}
                  status=${status}
                  onTravel=${() => session.moment.travel(String(entry.position))}
                />`,
            )}
          </ol>`,
    )}
  </section>`;
}

/** Latest first, each entry with the one before it. @param {Entry[]} history oldest first */
function daysOf(history) {
  /** @type {{ day: string, entries: { entry: Entry, previous: Entry | undefined }[] }[]} */
  const days = [];
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const entry = history[index];
    if (entry === undefined) continue;
    const day = toDay(entry.time);
    if (days.at(-1)?.day !== day) days.push({ day, entries: [] });
    days.at(-1)?.entries.push({ entry, previous: history[index - 1] });
  }
  return days;
}
