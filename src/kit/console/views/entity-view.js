/** One entity: current state, state at a point in time, and history. */

import { capitalize } from '../parts/text.js';
import { labelIn, toLabel } from '../contract/labels.js';
import { toCurl, toNatsQuery, toNatsSubscription } from '../parts/commands.js';
import { CopyButton } from '../parts/copy-button.js';
import { html } from '../vendor/preact.js';
import { progressOf } from '../store/state.js';
import { toRequest } from '../parts/dialog.js';
import { toText } from '../parts/text.js';
import { TimeTravel } from './time-travel.js';
import { Timeline } from './timeline.js';

/** @param {import('./app.js').ViewProps} props */
export function EntityView({ state, session, contract }) {
  const { entity, status } = state;
  if (entity === undefined) return null;
  const { id, current, asOf, historical, isLoading, problem } = entity;
  const { noun, name, path } = contract;
  const isHistorical = asOf !== undefined;
  const shown = isHistorical ? historical : current;
  const target = isHistorical ? `${path}/${id}?asOf=${asOf}` : `${path}/${id}`;
  return html`<section class=${isHistorical ? 'view historical' : 'view'} aria-labelledby="title">
    <div class="bar">
      <a href="#/">All ${name}</a>
      <h2 id="title">${capitalize(noun)} ${id}${isHistorical && ' (historical)'}</h2>
      ${
        current !== undefined &&
        !isHistorical &&
        commandsOf(contract).map(
          ({ kind, command }) =>
            html`<button type="button" onClick=${() => session.writes.open(kind, command, id)}>
              ${toLabel(command.verb)}
            </button>`,
        )
      }
      <${CopyButton} label="Copy as curl" text=${toCurl(target)} />
      ${!isHistorical && html`<${CopyButton} label="Copy as nats" text=${toNatsQuery(name, 'get', { id })} />`}
      <${CopyButton} label="Copy as nats subscription" text=${toNatsSubscription(name, id)} />
    </div>
    <${TimeTravel}
      asOf=${asOf}
      position=${entity.history.findLast(({ time }) => asOf !== undefined && time <= asOf)?.position}
      last=${progressOf(status).applied}
      problem=${isHistorical ? problem : undefined}
      isLoading=${false}
      onTravel=${(/** @type {string | undefined} */ newAsOf) => session.entity.travel(id, newAsOf)}
    />
    ${
      shown === undefined
        ? html`<p class="empty">
            ${!isHistorical && isLoading ? 'Loading …' : isHistorical ? `The ${noun} did not exist at this point.` : (problem ?? `The ${noun} does not exist.`)}
          </p>`
        : html`<dl class="fields">
            ${Object.entries(shown).map(
              ([field, value]) =>
                html`<div>
                  <dt>${labelIn(contract, field)}</dt>
                  <dd>
                    <${Value}
                      value=${value}
                      commands=${isHistorical ? [] : contract.itemCommands.filter(({ item }) => item.field === field)}
                      id=${id}
                      session=${session}
                    />
                  </dd>
                </div>`,
            )}
          </dl>`
    }
    ${
      !isHistorical &&
      contract.relations.map(
        ({ plural, path: target }) =>
          html`<p>
            <a href=${target.replace('{id}', String(id))}>All ${plural} with this ${noun} (JSON)</a>
          </p>`,
      )
    }
    <${Timeline} entity=${entity} session=${session} contract=${contract} status=${status} />
  </section>`;
}

/** Every command of one entity. @param {import('../contract/contract.js').Contract} contract */
function commandsOf({ replace, remove, commands }) {
  return [
    ...(replace === undefined ? [] : [{ kind: /** @type {const} */ ('replace'), command: replace }]),
    ...commands.map((command) => ({ kind: /** @type {const} */ ('command'), command })),
    ...(remove === undefined ? [] : [{ kind: /** @type {const} */ ('remove'), command: remove }]),
  ];
}

/**
 * The value of a field; of a list, with the commands for each item.
 *
 * @param {{ value: unknown, commands: import('../contract/contract.js').ItemCommand[], id: import('../contract/ids.js').Id,
 *   session: import('../store/session.js').Session }} props
 */
function Value({ value, commands, id, session }) {
  if (commands.length === 0 || !Array.isArray(value) || value.length === 0) return toText(value);
  return html`<ul class="items">
    ${value.map(
      (item) =>
        html`<li>
          ${toText(item)}
          ${commands.map((command) => {
            const { param, key } = command.item;
            const input = { [param]: key === null ? item : Object(item)[key] };
            const name = `${toLabel(command.verb)} ${toLabel(param.replace(/(?<=.)Id$/, '')).toLowerCase()} ${input[param]}`;
            const send = () => session.writes.sendAtOnce({ ...toRequest(command, id, input), command });
            return html`<button type="button" class="quiet" aria-label=${name} onClick=${send}>
              ${toLabel(command.verb)}
            </button>`;
          })}
        </li>`,
    )}
  </ul>`;
}
