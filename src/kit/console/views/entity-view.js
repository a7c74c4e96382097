/** One entity: how it is, how it was at any moment, and everything that happened to it. */

import { capitalize } from '../store/contract.js';
import { toCurl, toNatsQuery, toNatsSubscription } from '../parts/commands.js';
import { CopyButton } from '../parts/copy-button.js';
import { MemberForms } from './member-forms.js';
import { html } from '../vendor/preact.js';
import { progressOf } from '../store/state.js';
import { toText } from '../parts/text.js';
import { TimeTravel } from './time-travel.js';
import { Timeline } from './timeline.js';

/** @param {import('./app.js').ViewProps} props */
export function EntityView({ state, session, contract, update }) {
  const { entity, status } = state;
  if (entity === undefined) return null;
  const { id, now, asOf, past, isLoading, problem } = entity;
  const { noun, name, path } = contract;
  const isPast = asOf !== undefined;
  const shown = isPast ? past : now;
  const target = isPast ? `${path}/${id}?asOf=${asOf}` : `${path}/${id}`;
  return html`<section class=${isPast ? 'view past' : 'view'} aria-labelledby="title">
    <div class="bar">
      <a href="#/">All ${name}</a>
      <h2 id="title">${capitalize(noun)} ${id}${isPast && ' as it was'}</h2>
      ${
        now !== undefined &&
        !isPast &&
        html`
          ${
            contract.change !== undefined &&
            html`<button type="button" onClick=${() => session.writes.open('change', id)}>Change</button>`
          }
          ${
            contract.canRemove &&
            html`<button type="button" onClick=${() => session.writes.open('remove', id)}>Remove</button>`
          }
        `
      }
      <${CopyButton} label="Copy as curl" text=${toCurl(target)} />
      ${!isPast && html`<${CopyButton} label="Copy as nats" text=${toNatsQuery(name, 'get', { id })} />`}
      <${CopyButton} label="Copy: follow it" text=${toNatsSubscription(name, id)} />
    </div>
    <${TimeTravel}
      asOf=${asOf}
      position=${entity.history.findLast(({ time }) => asOf !== undefined && time <= asOf)?.position}
      last=${progressOf(status).applied}
      problem=${isPast ? problem : undefined}
      isLoading=${false}
      onTravel=${(/** @type {string | undefined} */ moment) => session.entity.travel(id, moment)}
    />
    ${
      shown === undefined
        ? html`<p class="empty">
            ${!isPast && isLoading ? 'Reading …' : isPast ? 'It was not there then.' : (problem ?? 'It is not there.')}
          </p>`
        : html`<dl class="fields">
            ${Object.entries(shown).map(
              ([field, value]) =>
                html`<div>
                  <dt>${capitalize(field)}</dt>
                  <dd>${toText(value)}</dd>
                </div>`,
            )}
          </dl>`
    }
    ${!isPast && now !== undefined && html`<${MemberForms} ...${{ state, session, contract, update }} entity=${now} />`}
    <${Timeline} entity=${entity} session=${session} contract=${contract} status=${status} />
  </section>`;
}
