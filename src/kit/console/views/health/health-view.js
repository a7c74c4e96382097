/** Status of the replica that serves the page, and its last 15 minutes. */

import { Broker } from './broker.js';
import { Doctor } from './doctor.js';
import { HealthCharts } from './health-charts.js';
import { progressOf } from '../../store/progress.js';
import { Snapshot } from './snapshot.js';
import { Streams } from './streams.js';
import { toCurl } from '../../parts/commands.js';
import { CopyButton } from '../../parts/copy-button.js';
import { Empty } from '../../parts/empty.js';
import { capitalize, toDuration, toMinute } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/** @param {import('../../shell/app.js').ViewProps} props */
export function HealthView({ state: { status, samples }, session, contract }) {
  if (status === undefined) return html`<${Empty} icon="activity" text="No data yet." />`;
  const { replica, version, startedAt, entities, rejected, followers, appends, brokerDownSince } = status;
  const figures = [
    ['Replica', replica, `version ${version}`],
    ['Uptime', toDuration(Date.now() - Date.parse(startedAt)), `since ${toMinute(startedAt)}`],
    [
      'Broker',
      brokerDownSince === null ? 'up' : 'unreachable',
      brokerDownSince === null ? (status.broker?.server ?? '') : `since ${toMinute(brokerDownSince)}`,
    ],
    [capitalize(contract.plural), entities.toLocaleString('en'), 'incl. removed'],
    ['Messages', progressOf(status).applied.toLocaleString('en'), `in ${status.stream}`],
    ['Appends', appends.count.toLocaleString('en'), 'since the start'],
    [
      'Rejected',
      rejected.toLocaleString('en'),
      rejected === 0 ? 'normal: none' : html`<a href="#/log?rejected=true">see the event log</a>`,
    ],
    ['Clients', followers.toLocaleString('en'), 'event streams'],
  ];
  return html`<section class="view" aria-labelledby="title">
    <div class="toolbar">
      <div class="end">
        <${CopyButton} label="Copy as curl" text=${toCurl(`${contract.path}/status`)} />
        <${CopyButton} label="Copy as nats" text=${`nats micro stats ${contract.name}`} />
      </div>
    </div>
    <div class="panels">
      <div class="card">
        <dl class="figures">
          ${figures.map(
            ([name, value, hint]) =>
              html`<div>
                <dt>${name}</dt>
                <dd title=${value}>${value}</dd>
                <dd class="hint">${hint}</dd>
              </div>`,
          )}
        </dl>
      </div>
      <div class="charts">
        <${HealthCharts} samples=${samples} status=${status} />
        <${Snapshot} status=${status} />
      </div>
      <${Doctor} path=${contract.path} ask=${session.ask} />
      <div class="pair">
        <${Streams} streams=${status.streams} />
        <${Broker} status=${status} />
      </div>
    </div>
  </section>`;
}
