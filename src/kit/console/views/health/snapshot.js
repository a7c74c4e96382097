import { toBytes, toDuration } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';
import { progressOf } from '../../store/progress.js';

/** The latest snapshot, from which replicas start. @param {{ status: import('../../store/state.js').Status }} props */
export function Snapshot({ status }) {
  const { snapshot, snapshotEvery } = status;
  const behind = progressOf(status).applied - (snapshot?.position ?? 0);
  const figures =
    snapshot === null
      ? []
      : [
          ['Age', toDuration(Date.now() - Date.parse(snapshot.time))],
          ['Size', toBytes(snapshot.bytes)],
          ['Position', snapshot.position.toLocaleString('en')],
        ];
  return html`<section class="card snapshot" aria-labelledby="snapshot-title">
    <header>
      <span
        class=${`dot ${snapshot === null ? 'unknown' : behind > 2 * snapshotEvery ? 'warn' : 'ok'}`}
      ></span>
      <h2 id="snapshot-title">Snapshot</h2>
    </header>
    ${
      snapshot === null
        ? html`<p class="dim">
            None yet: a replica that starts reads all ${behind.toLocaleString('en')} messages.
          </p>`
        : html`<p>
            A replica that starts reads <strong>${behind.toLocaleString('en')}</strong> of
            ${progressOf(status).applied.toLocaleString('en')} messages.
          </p>`
    }
    <dl>
      ${figures.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <p class="normal">Normal: a new one about every ${snapshotEvery.toLocaleString('en')} messages</p>
  </section>`;
}
