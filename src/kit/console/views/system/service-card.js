import { consoleUrlOf, healthOf, lagOf } from '../../store/services.js';
import { Comparison } from './comparison.js';
import { Icon } from '../../parts/icon.js';
import { toBytes, toCount, toDuration } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/**
 * @typedef {import('../../store/services.js').RunningService} RunningService
 *
 * @typedef {object} CardProps
 * @property {RunningService} service
 * @property {RunningService[]} services
 * @property {import('../../store/services.js').StateComparison | 'running' | undefined} comparison
 * @property {string} own the service that serves the console
 * @property {string | undefined} servedBy the replica that does
 * @property {(service: string) => void} onCompare
 */

/** @param {CardProps} props */
export function ServiceCard({ service, services, comparison, own, servedBy, onCompare }) {
  const { name, replicas } = service;
  const url = name === own ? './' : consoleUrlOf(service, services, own);
  const id = `service-${name}`;
  return html`<section class="card" aria-labelledby=${id}>
    <header>
      <span class=${`dot ${healthOf(service, comparison)}`}></span>
      <h2 id=${id}>${name}</h2>
      <span class="dim">${toCount(replicas.length, 'replica')}</span>
      <span class="end">
        ${
          replicas.filter(({ status }) => status !== null).length > 1 &&
          html`<${Comparison} service=${service} comparison=${comparison} onCompare=${onCompare} />`
        }
        ${url !== undefined && html`<a class="button small" href=${`${url}#/`}>Open <${Icon} name="chevron-right" /></a>`}
      </span>
    </header>
    ${
      replicas.length === 0
        ? html`<p class="alone error">
            <${Icon} name="unplug" /> No replica replies. It did since this page was opened.
          </p>`
        : html`<${Replicas} service=${service} comparison=${comparison} servedBy=${servedBy} />`
    }
  </section>`;
}

const columns = /** @type {const} */ ([
  'Version',
  'Position',
  'Lag',
  'Entities',
  'Uptime',
  'Memory',
  'Event loop',
  'NATS requests',
  'State',
]);
/** @type {ReadonlySet<string>} */
const textColumns = new Set(['Version', 'State']);

/** @param {Pick<CardProps, 'service' | 'comparison' | 'servedBy'>} props */
function Replicas({ service, comparison, servedBy }) {
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${`Replicas of ${service.name}`}>
    <table class="table replicas">
      <thead>
        <tr>
          <th scope="col">Replica</th>
          ${columns.map((column) => html`<th scope="col" class=${textColumns.has(column) ? '' : 'number'}>${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${service.replicas.map(
          (replica) =>
            html`<${Replica}
              key=${replica.id}
              replica=${replica}
              service=${service}
              comparison=${comparison}
              servedBy=${servedBy}
            />`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** @param {{ replica: import('../../store/services.js').RunningReplica } & Pick<CardProps, 'service' | 'comparison' | 'servedBy'>} props */
function Replica({ replica, service, comparison, servedBy }) {
  const { id, version, startedAt, requests, errors, status } = replica;
  const lag = lagOf(service, replica);
  const number = (/** @type {number | undefined} */ value) =>
    value === undefined ? '–' : value.toLocaleString('en');
  const delay = status?.eventLoopDelayMs;
  const values = {
    Version: version,
    Position: number(status?.position),
    Lag: lag ? html`<span class="late">${number(lag)}</span>` : number(lag),
    Entities: number(status?.entities),
    Uptime: html`<span title=${startedAt}>${toDuration(Date.now() - Date.parse(startedAt))}</span>`,
    Memory: toBytes(status?.memoryBytes),
    'Event loop': delay === undefined ? '–' : `${delay.toFixed(1)} ms`,
    'NATS requests': html`<span title=${toCount(errors, 'error')}>${number(requests)}</span>`,
    State: digestOf(comparison, status?.replica),
  };
  return html`<tr>
    <th scope="row">
      ${status?.replica ?? id}
      ${status !== null && status.replica === servedBy && html` <span class="badge">serves this page</span>`}
    </th>
    ${columns.map(
      (column) =>
        html`<td data-label=${column} class=${textColumns.has(column) ? '' : 'number'}>
          ${values[column]}
        </td>`,
    )}
  </tr>`;
}

/** @param {CardProps['comparison']} comparison @param {string | undefined} replica */
function digestOf(comparison, replica) {
  if (comparison === undefined || comparison === 'running') return html`<span class="none">–</span>`;
  const digest = comparison.replicas.find((each) => each.replica === replica)?.digest;
  return digest ? html`<code>${digest.slice(0, 8)}</code>` : html`<span class="none">not compared</span>`;
}
