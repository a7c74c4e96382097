/** Status of the replica, with charts of the last minutes. */

import { Chart } from '../parts/chart.js';
import { toCurl } from '../parts/commands.js';
import { CopyButton } from '../parts/copy-button.js';
import { Empty } from '../parts/empty.js';
import { html } from '../vendor/preact.js';
import { toLocalTime, toMilliseconds } from '../parts/text.js';

/** @param {import('../shell/app.js').ViewProps} props */
export function HealthView({ state: { status, samples }, contract }) {
  if (status === undefined) return html`<${Empty} icon="activity" text="No data yet." />`;
  const { replica, version, startedAt, entities, rejected, followers, appends, brokerDownSince } = status;
  const figures = [
    ['Replica', replica],
    ['Version', version],
    ['Started', toLocalTime(startedAt)],
    ['Broker', brokerDownSince === null ? 'up' : `unreachable since ${toLocalTime(brokerDownSince)}`],
    ['Entities in the view', entities.toLocaleString('en')],
    ['Rejected messages', rejected.toLocaleString('en')],
    ['Event stream clients', followers],
    ['Appends', appends.count.toLocaleString('en')],
    ['Append, median', toMilliseconds(appends.medianMs)],
    ['Append, 99th percentile', toMilliseconds(appends.p99Ms)],
  ];
  return html`<section class="view" aria-labelledby="title">
    <div class="panels">
      <div class="card">
        <header>
          <h2>Replica</h2>
          <span class="end">
            <${CopyButton} label="Copy as curl" text=${toCurl(`${contract.path}/status`)} />
            <${CopyButton} label="Copy as nats" text=${`nats micro stats ${contract.name}`} />
          </span>
        </header>
        <dl class="figures">
          ${figures.map(
            ([name, value]) =>
              html`<div>
                <dt>${name}</dt>
                <dd>${value}</dd>
              </div>`,
          )}
        </dl>
      </div>
      <${Streams} streams=${status.streams} />
      <div class="charts">
        <${Chart}
          title="Events per second"
          times=${samples.map(({ time }) => time)}
          values=${samples.map(({ eventsPerSecond }) => eventsPerSecond)}
        />
        <${Chart}
          title="Append, median in milliseconds"
          times=${samples.map(({ time }) => time)}
          values=${samples.map(({ appendMs }) => appendMs)}
        />
        <${Chart}
          title="Lag in messages"
          times=${samples.map(({ time }) => time)}
          values=${samples.map(({ lag }) => lag)}
        />
      </div>
    </div>
  </section>`;
}

/** @param {{ streams: import('../store/state.js').Status['streams'] }} props */
function Streams({ streams }) {
  return html`<div class="card">
    <header><h2>Streams</h2></header>
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Stream</th>
          <th scope="col">Applied</th>
          <th scope="col">Last</th>
          <th scope="col">Lag</th>
        </tr>
      </thead>
      <tbody>
        ${Object.entries(streams).map(
          ([name, { applied, last }]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${applied}</td>
              <td>${last ?? 'unknown'}</td>
              <td>${last === null ? 'unknown' : last - applied}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
