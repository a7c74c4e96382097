/** Status bar: position, lag, and connections of the replica. */

import { html } from '../vendor/preact.js';
import { progressOf } from '../store/state.js';
import { toMilliseconds } from './text.js';

/** @param {{ state: import('../store/state.js').State }} props */
export function StatusStrip({ state: { status, samples, isFollowing, replica } }) {
  if (status === undefined) return null;
  const { applied, last, lag } = progressOf(status);
  const isUp = replica.kind === 'up';
  const rate = samples.at(-1)?.eventsPerSecond ?? 0;
  return html`<section aria-label="Replica status">
    <dl class="strip">
      <${Figure} name="Replica" value=${status.replica} mark=${isUp ? 'ok' : 'danger'} />
      <${Figure} name="Version" value=${status.version} />
      <${Figure} name="Position" value=${`${applied}${last === null ? '' : ` of ${last}`}`} />
      <${Figure} name="Lag" value=${lag ?? 'unknown'} />
      <${Figure} name="Events/s" value=${isUp ? rate.toFixed(1) : '–'} />
      <${Figure} name="Append" value=${toMilliseconds(status.appends.medianMs)} />
      <${Figure}
        name="Broker"
        value=${status.brokerDownSince === null ? 'up' : 'unreachable'}
        mark=${status.brokerDownSince === null ? 'ok' : 'danger'}
      />
      <${Figure}
        name="Live"
        value=${isFollowing ? 'connected' : 'disconnected'}
        mark=${isFollowing ? 'ok' : 'danger'}
      />
    </dl>
  </section>`;
}

/** @param {{ name: string, value: unknown, mark?: 'ok' | 'danger' }} props */
function Figure({ name, value, mark }) {
  return html`<div class=${mark}>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}
