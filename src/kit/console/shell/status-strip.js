/** Status bar: position, lag, and connections of the replica. */

import { html } from '../vendor/preact.js';
import { progressOf } from '../store/progress.js';
import { toMilliseconds } from '../parts/text.js';

/** @param {{ state: import('../store/state.js').State }} props */
export function StatusStrip({ state: { status, samples, isFollowing, replica } }) {
  if (status === undefined) return null;
  const { applied, last, lag } = progressOf(status);
  const isUp = replica.kind === 'up';
  const rate = samples.at(-1)?.eventsPerSecond ?? 0;
  return html`<section aria-label="Replica status">
    <dl class="strip">
      <${Figure} name="Position" value=${`${applied}${last === null ? '' : ` of ${last}`}`} rank="tertiary" />
      <${Figure} name="Lag" value=${lag ?? 'unknown'} rank="secondary" />
      <${Figure} name="Events/s" value=${isUp ? rate.toFixed(1) : '–'} rank="secondary" />
      <${Figure} name="Append" value=${toMilliseconds(status.appends.medianMs)} rank="secondary" />
      <${Figure}
        name="Broker"
        value=${status.brokerDownSince === null ? 'up' : 'unreachable'}
        mark=${status.brokerDownSince === null ? 'ok' : 'danger'}
        rank="tertiary"
      />
      <${Figure}
        name="Live"
        value=${isFollowing && isUp ? 'connected' : 'disconnected'}
        mark=${isFollowing && isUp ? 'ok' : 'danger'}
      />
    </dl>
  </section>`;
}

/** @param {{ name: string, value: unknown, mark?: 'ok' | 'danger', rank?: 'secondary' | 'tertiary' }} props `rank`: hidden first if there is no room */
function Figure({ name, value, mark, rank }) {
  return html`<div class=${[mark, rank].filter(Boolean).join(' ')}>
    <dt class="label-wide">${name}</dt>
    <dd>${mark !== undefined && html`<span class=${`dot ${mark}`}></span>`}${value}</dd>
  </div>`;
}
