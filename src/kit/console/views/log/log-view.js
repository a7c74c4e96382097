/** Event log: every message of the stream, live, with filters and the selected message. */

import { ActiveFilters } from './active-filters.js';
import { Empty } from '../../parts/empty.js';
import { ExportPanel } from './export-panel.js';
import { Icon } from '../../parts/icon.js';
import { LogRows } from './log-rows.js';
import { LogToolbar } from './log-toolbar.js';
import { MessagePanel } from './message-panel.js';
import { Rejections } from './rejections.js';
import { isFiltered } from '../../store/log/address.js';
import { toCount } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/** @param {import('../../shell/app.js').ViewProps} props */
export function LogView(props) {
  const { state, session, contract } = props;
  const { log } = session;
  const { isLive, isPaused, isLoading, address, head, last } = state.eventLog;
  const { status, problem } = log.scan()?.progress ?? { status: 'done', problem: undefined };
  const isFinished = status === 'done' || (status === 'cancelled' && problem === undefined);
  const isEmpty = !isLoading && log.rows.count() === 0 && isFinished && (head > 0 || last === 0);
  const newCount = last - head;
  return html`<section class="view" aria-labelledby="title">
    <${LogToolbar} ...${props} />
    <${ActiveFilters} state=${state} log=${log} contract=${contract} />
    <div class="log-page">
      <div class="list">
        ${isEmpty && html`<${Empty} icon="scroll-text" text=${isFiltered(address.filter) ? 'No matching events.' : 'No events yet.'} />`}
        ${!isEmpty && html`<${LogRows} state=${state} log=${log} contract=${contract} />`}
        ${
          !isLive &&
          !isPaused &&
          newCount > 0 &&
          html`<button type="button" class="primary new" onClick=${log.resume}>
            <${Icon} name="arrow-up" />${toCount(newCount, 'new event')}
          </button>`
        }
      </div>
      <${Side} ...${props} />
    </div>
  </section>`;
}

/** @param {import('../../shell/app.js').ViewProps} props */
function Side({ state, update, session: { log }, contract }) {
  const { message, panel } = state.eventLog;
  const close = () => update(({ eventLog }) => ({ eventLog: { ...eventLog, panel: undefined } }));
  const open = (/** @type {number} */ position) => log.selection.go(position);
  if (message !== undefined)
    return html`<${MessagePanel} state=${state} log=${log} contract=${contract} message=${message} />`;
  if (panel === 'rejections')
    return html`<${Rejections}
      rejections=${state.rejections}
      contract=${contract}
      onOpen=${open}
      onClose=${close}
    />`;
  if (panel === 'export') return html`<${ExportPanel} state=${state} log=${log} onClose=${close} />`;
  return null;
}
