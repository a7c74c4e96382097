/** Status bar: position, lag, and connections of the replica. */

import { html } from '../vendor/preact.js';
import { progressOf } from '../store/progress.js';
import { toMilliseconds } from '../parts/text.js';

/** @param {{ state: import('../store/state.js').State }} props */
export function StatusStrip({ state }) {
  const { status, samples, replica } = state;
  return html`<section aria-label="Replica status">
    <dl class="strip">
      ${status !== undefined && html`<${Figures} status=${status} rate=${replica.kind === 'up' ? (samples.at(-1)?.eventsPerSecond ?? 0) : undefined} />`}
      <${Figure} name="Live" ...${liveOf(state)} />
    </dl>
  </section>`;
}

/** @param {{ status: import('../store/state.js').Status, rate: number | undefined }} props */
function Figures({ status, rate }) {
  const { applied, last, lag } = progressOf(status);
  return html`
    <${Figure} name="Position" value=${`${applied}${last === null ? '' : ` of ${last}`}`} rank="tertiary" />
    <${Figure} name="Lag" value=${lag ?? 'unknown'} rank="secondary" />
    <${Figure} name="Events/s" value=${rate?.toFixed(1) ?? '–'} rank="secondary" />
    <${Figure} name="Append" value=${toMilliseconds(status.appends.medianMs)} rank="secondary" />
    <${Figure}
      name="Broker"
      value=${status.brokerDownSince === null ? 'up' : 'unreachable'}
      mark=${status.brokerDownSince === null ? 'ok' : 'danger'}
      rank="tertiary"
    />
  `;
}

/** @param {import('../store/state.js').State} state */
function liveOf({ isFollowing, replica: { kind } }) {
  const isRespondingOrUnknown = kind === 'up' || kind === 'unknown';
  if (isFollowing === undefined && isRespondingOrUnknown) return { value: 'connecting', mark: 'unknown' };
  return isFollowing && kind === 'up'
    ? { value: 'connected', mark: 'ok' }
    : { value: 'disconnected', mark: 'danger' };
}

/** @param {{ name: string, value: unknown, mark?: 'ok' | 'danger' | 'unknown', rank?: 'secondary' | 'tertiary' }} props `rank`: a narrow window hides `secondary` figures, a phone also `tertiary` ones */
function Figure({ name, value, mark, rank }) {
  return html`<div class=${[mark, rank].filter(Boolean).join(' ')}>
    <dt class="label-wide">${name}</dt>
    <dd>${mark !== undefined && html`<span class=${`dot ${mark}`}></span>`}${value}</dd>
  </div>`;
}
