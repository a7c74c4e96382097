/** One entity: current state, state at a point in time, and history. */

import { CopyButton } from '../../parts/copy-button.js';
import { Empty } from '../../parts/empty.js';
import { EntityCommands } from './entity-commands.js';
import { EntityState } from './entity-state.js';
import { progressOf } from '../../store/progress.js';
import { TimeTravel } from '../table/time-travel.js';
import { Timeline } from './timeline.js';
import { toCurl, toNatsQuery, toNatsSubscription } from '../../parts/commands.js';
import { html } from '../../vendor/preact.js';

/** @param {import('../../shell/app.js').ViewProps} props */
export function EntityView({ state, session, contract }) {
  const { entity, status } = state;
  if (entity === undefined) return null;
  const { id, current, asOf, historical, problem } = entity;
  const { name, path } = contract;
  const isHistorical = asOf !== undefined;
  const shown = isHistorical ? historical : current;
  const target = isHistorical ? `${path}/${id}?asOf=${asOf}` : `${path}/${id}`;
  return html`<section class=${isHistorical ? 'view historical' : 'view'} aria-labelledby="title">
    <div class="toolbar">
      ${current !== undefined && !isHistorical && html`<${EntityCommands} contract=${contract} id=${id} session=${session} />`}
      <div class="end">
        <${CopyButton} label="Copy as curl" text=${toCurl(target)} />
        ${!isHistorical && html`<${CopyButton} label="Copy as nats" text=${toNatsQuery(name, 'get', { id })} />`}
        <${CopyButton} label="Copy as nats subscription" text=${toNatsSubscription(name, id)} />
      </div>
    </div>
    <div class="entity">
      <div class="card">
        <header><h2>State</h2></header>
        ${
          shown === undefined
            ? html`<${Empty} icon="inbox" text=${describeAbsence(entity, contract)} />`
            : html`<${EntityState}
                shown=${shown}
                isHistorical=${isHistorical}
                id=${id}
                contract=${contract}
                session=${session}
                system=${state.system}
                followed=${followedOf(status)}
              />`
        }
      </div>
      <${Timeline} entity=${entity} session=${session} contract=${contract} status=${status} />
    </div>
    <${TimeTravel}
      asOf=${asOf}
      position=${entity.history.findLast(({ time }) => asOf !== undefined && time <= asOf)?.position}
      last=${progressOf(status).applied}
      problem=${isHistorical ? problem : undefined}
      isLoading=${false}
      onTravel=${(/** @type {string | undefined} */ newAsOf) => session.entity.travel(id, newAsOf)}
    />
  </section>`;
}

/** @param {import('../../store/entity.js').OpenEntity} entity @param {import('../../contract/contract.js').Contract} contract */
function describeAbsence({ asOf, isLoading, problem }, { noun }) {
  if (asOf !== undefined) return `The ${noun} did not exist at this point.`;
  if (isLoading) return 'Loading …';
  return problem ?? `The ${noun} does not exist.`;
}

/** Increases with every message of a followed stream. @param {import('../../store/state.js').Status | undefined} status */
function followedOf(status) {
  if (status === undefined) return 0;
  const others = Object.entries(status.streams).filter(([name]) => name !== status.stream);
  return others.reduce((sum, [, { applied }]) => sum + applied, 0);
}
