/** One entity: current state, state at a point in time, and history. */

import { CopyButton } from '../../parts/copy-button.js';
import { Empty } from '../../parts/empty.js';
import { EntityCommands } from './entity-commands.js';
import { differenceOf } from '../../parts/difference.js';
import { EntityComparison } from './entity-comparison.js';
import { EntityState, UnknownState } from './entity-state.js';
import { TimeBar } from '../time/time-bar.js';
import { Timeline } from './timeline.js';
import { toCurl, toNatsQuery, toNatsSubscription } from '../../parts/commands.js';
import { html } from '../../vendor/preact.js';

/** @param {import('../../shell/app.js').ViewProps} props */
export function EntityView({ state, session, contract }) {
  const { entity, status, route } = state;
  if (entity === undefined) return null;
  const { id, current, asOf, historical, position, isTravelling, isLoading, problem } = entity;
  const { name, path } = contract;
  const isHistorical = asOf !== undefined;
  const isCompared = isHistorical && route.isCompared === true && !isTravelling;
  const shown = isCompared ? (current ?? historical) : isHistorical ? historical : current;
  const isUnknown =
    shown === undefined && (isHistorical ? isTravelling && position === undefined : isLoading);
  const target = isHistorical ? `${path}/${id}?asOf=${asOf}` : `${path}/${id}`;
  return html`<section class=${isHistorical ? 'view historical' : 'view'} aria-labelledby="title">
    <div class="toolbar">
      <${EntityCommands}
        contract=${contract}
        id=${id}
        isDisabled=${current === undefined || isHistorical}
        session=${session}
      />
      <div class="end">
        <${CopyButton} label="Copy as curl" text=${toCurl(target)} />
        ${!isHistorical && html`<${CopyButton} label="Copy as nats" text=${toNatsQuery(name, 'get', { id })} />`}
        <${CopyButton} label="Copy as nats subscription" text=${toNatsSubscription(name, id)} />
      </div>
    </div>
    <div class="entity">
      <div class="card">
        <header>
          <h2>State</h2>
          ${isCompared && html`<${EntityComparison} then=${historical} now=${current} />`}
        </header>
        ${
          isUnknown
            ? html`<${UnknownState} contract=${contract} />`
            : shown === undefined
              ? html`<${Empty} icon="inbox" text=${describeAbsence(entity, contract)} />`
              : html`<${EntityState}
                  shown=${shown}
                  isHistorical=${isHistorical}
                  differences=${isCompared && historical !== undefined && current !== undefined ? differenceOf(historical, current) : []}
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
    <${TimeBar}
      state=${state}
      session=${session}
      contract=${contract}
      shown=${{ asOf, position, isLoading: isTravelling, problem: isHistorical ? problem : undefined }}
      own=${entity.history}
    />
  </section>`;
}

/** @param {import('../../store/entity.js').OpenEntity} entity @param {import('../../contract/contract.js').Contract} contract */
function describeAbsence({ asOf, problem }, { noun }) {
  if (asOf !== undefined) return `The ${noun} did not exist at this point.`;
  return problem ?? `The ${noun} does not exist.`;
}

/** Increases with every message of a followed stream. @param {import('../../store/state.js').Status | undefined} status */
function followedOf(status) {
  if (status === undefined) return 0;
  const others = Object.entries(status.streams).filter(([name]) => name !== status.stream);
  return others.reduce((sum, [, { applied }]) => sum + applied, 0);
}
