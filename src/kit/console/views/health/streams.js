import { html } from '../../vendor/preact.js';

/** Progress of the replica in the streams that it reads. @param {{ streams: import('../../store/state.js').Status['streams'] }} props */
export function Streams({ streams }) {
  const number = (/** @type {number | null} */ value) =>
    value === null ? 'unknown' : value.toLocaleString('en');
  return html`<section class="card" aria-labelledby="streams-title">
    <header>
      <h2 id="streams-title">Streams</h2>
      <span class="dim">Normal: lag 0, and back to 0 after a burst</span>
    </header>
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Stream</th>
          <th scope="col" class="number">Applied</th>
          <th scope="col" class="number">Last</th>
          <th scope="col" class="number">Lag</th>
        </tr>
      </thead>
      <tbody>
        ${Object.entries(streams).map(
          ([name, { applied, last }]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="number">${number(applied)}</td>
              <td class="number">${number(last)}</td>
              <td class="number">${number(last === null ? null : last - applied)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}
