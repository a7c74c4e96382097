import { toMilliseconds } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/** The servers that store the stream. @param {{ status: import('../../store/state.js').Status }} props */
export function Broker({ status: { broker, stream } }) {
  return html`<section class="card" aria-labelledby="broker-title">
    <header>
      <h2 id="broker-title">Cluster of ${stream}</h2>
      <span class="dim">${describe(broker)}</span>
    </header>
    ${
      broker !== null &&
      html`<table class="table">
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col">Role</th>
            <th scope="col" class="number">Behind</th>
            <th scope="col" class="number">Last contact</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">${broker.leader ?? broker.server}</th>
            <td>leader</td>
            <td class="number">–</td>
            <td class="number">–</td>
          </tr>
          ${broker.peers.map(
            ({ server, isCurrent, lag, lastContactMs }) =>
              html`<tr>
                <th scope="row">${server}</th>
                <td>${isCurrent ? 'follower' : html`<span class="late">follower, not current</span>`}</td>
                <td class="number">${lag.toLocaleString('en')}</td>
                <td class="number">${toMilliseconds(lastContactMs)}</td>
              </tr>`,
          )}
        </tbody>
      </table>`
    }
  </section>`;
}

/** @param {import('../../store/state.js').Status['broker']} broker */
function describe(broker) {
  if (broker === null) return 'The broker did not respond in time.';
  const others = broker.peers.length;
  return others === 0
    ? 'One copy. Three survive the loss of a machine.'
    : `${others + 1} copies. Normal: all current, contact within 2 s`;
}
