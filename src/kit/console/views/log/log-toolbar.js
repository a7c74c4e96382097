/** Filters of the log, where to go, and what to do with it. */

import { Icon } from '../../parts/icon.js';
import { toCount } from '../../parts/text.js';
import { html, useEffect, useState } from '../../vendor/preact.js';
import { Rates } from './rate-list.js';

/** Delay before a filter that is typed is applied, in ms. */
const typingMs = 350;

/** @param {import('../../shell/app.js').ViewProps} props */
export function LogToolbar({ state, update, session: { log }, contract }) {
  const { address, panel, message } = state.eventLog;
  const { filter } = address;
  const shown = message === undefined ? panel : undefined;
  const toggle = (/** @type {'rejections' | 'export'} */ name) => {
    log.selection.close();
    update(({ eventLog }) => ({
      eventLog: { ...eventLog, panel: shown === name ? undefined : name },
    }));
  };
  return html`<div class="toolbar">
      <label class="inline">
        Type
        <select
          value=${filter.rejected === '' ? filter.type : '-'}
          onInput=${(/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget: { value } }) =>
            log.selection.filter(
              value === '-' ? { type: '', rejected: 'true' } : { type: value, rejected: '' },
            )}
        >
          <option value="">all</option>
          <option value="-">rejected messages</option>
          ${contract.eventTypes.map((type) => html`<option value=${type}>${type}</option>`)}
        </select>
      </label>
      <${TextFilter} label="Id" name="id" log=${log} value=${filter.id} isNumeric=${!contract.hasTextIds} />
      <${TextFilter} label="Actor" name="actor" log=${log} value=${filter.actor} />
      <${TextFilter} label="Text" name="text" log=${log} value=${filter.text} />
      <div class="end">
        <button
          type="button"
          class="rejected"
          aria-expanded=${shown === 'rejections'}
          onClick=${() => toggle('rejections')}
        >
          <${Icon} name="triangle-alert" />${toCount(state.rejections.length, 'rejected message')}
        </button>
        <button type="button" aria-expanded=${shown === 'export'} onClick=${() => toggle('export')}>
          <${Icon} name="download" />Export
        </button>
      </div>
    </div>
    <${Rates}
      rates=${log.rates()}
      contract=${contract}
      onType=${(/** @type {string} */ type) => log.selection.filter({ type, rejected: '' })}
    />`;
}

/**
 * Applied when the user stops typing.
 *
 * @param {{ label: string, name: string, value: string, isNumeric?: boolean, log: import('../../store/session.js').Session['log'] }} props
 */
function TextFilter({ label, name, value, isNumeric = false, log }) {
  const [typed, setTyped] = useState(/** @type {string | undefined} */ (undefined));
  useEffect(() => {
    if (typed === undefined) return undefined;
    const timer = setTimeout(() => {
      setTyped(undefined);
      log.selection.filter({ [name]: typed.trim() });
    }, typingMs);
    return () => clearTimeout(timer);
  }, [typed]);
  return html`<label class="inline">
    ${label}
    <input
      class=${name}
      inputmode=${isNumeric ? 'numeric' : 'text'}
      value=${typed ?? value}
      onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setTyped(currentTarget.value)}
    />
  </label>`;
}
