/** The filters of the log, how far it was searched for them, and where to go. */

import { toCurl, toNatsSubscription } from '../../parts/commands.js';
import { CopyButton } from '../../parts/copy-button.js';
import { GoTo } from './go-to.js';
import { Icon } from '../../parts/icon.js';
import { toQuery } from '../../store/log/address.js';
import { toCount } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/** @param {{ state: import('../../store/state.js').State, log: import('../../store/session.js').Session['log'], contract: import('../../contract/contract.js').Contract }} props */
export function ActiveFilters({ state, log, contract }) {
  const { address, problem, isLive, head, last } = state.eventLog;
  const scan = log.scan();
  const active = Object.entries(address.filter).filter(([, value]) => value !== '');
  const query = toQuery({ ...address.filter, limit: 1000 });
  return html`<div class="active-filters">
    ${active.length === 0 && html`<span class="dim">All messages, newest first</span>`}
    <ul class="chips" aria-label="Filters">
      ${active.map(
        ([name, value]) =>
          html`<li>
            <button type="button" class="small" onClick=${() => log.selection.filter({ [name]: '' })}>
              <span class="label-hidden">Remove the filter</span>
              ${name === 'rejected' ? 'rejected messages' : html`<span><span class="dim">${name}</span> ${value}</span>`}
              <${Icon} name="x" />
            </button>
          </li>`,
      )}
    </ul>
    ${active.length > 0 && html`<span class="progress" role="status">${scan !== undefined && html`<${Progress} scan=${scan} />`}</span>`}
    ${problem !== undefined && html`<span class="error" role="alert">${problem}</span>`}
    <span class="end">
      <${CopyButton} label="Copy as curl" text=${toCurl(`${contract.path}/log?${query}`)} />
      <${CopyButton}
        label="Copy as nats"
        text=${toNatsSubscription(contract.name, address.filter.id || undefined)}
      />
      <${GoTo} onGo=${log.selection.jump} />
      <button
        type="button"
        class="follow"
        aria-pressed=${!isLive}
        onClick=${() => (isLive ? log.pause(true) : log.resume())}
      >
        <${Icon}
          name=${isLive ? 'pause' : 'play'}
        />${isLive ? 'Pause' : html`Resume<${NewCount} count=${last - head} />`}
      </button>
    </span>
  </div>`;
}

/** @param {{ scan: import('../../store/log/scan.js').Scan }} props */
function Progress({ scan }) {
  const { status, problem, examined, total } = scan.progress;
  const searched = `${examined.toLocaleString('en')} of ${toCount(total, 'position')}`;
  const found = `${toCount(scan.matches.length, 'match', 'matches')} in ${searched}`;
  return html`<span>${found}</span> ${problem !== undefined && html`<span class="error">${problem}</span>`}
    ${status === 'running' && html`<${Icon} name="loader-circle" class="spin" /><button type="button" class="small" onClick=${scan.cancel}>Cancel</button>`}
    ${(status === 'cancelled' || status === 'waiting') && problem === undefined && html`<button type="button" class="small" onClick=${scan.resume}>Search on</button>`}`;
}

/** @param {{ count: number }} props */
function NewCount({ count }) {
  if (count <= 0) return null;
  const text = count.toLocaleString('en');
  return html`<span class="label-hidden">${` (${text} new)`}</span
    ><span class="badge" aria-hidden="true">${text}</span>`;
}
