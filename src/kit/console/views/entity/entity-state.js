/** The fields of an entity, with the commands for each item of a list, and the lists of entities that refer to it. */

import { labelOf, toLabel } from '../../contract/labels.js';
import { toRequest } from '../../forms/to-request.js';
import { ChangedValue } from '../../parts/changed-value.js';
import { KindMark } from '../../parts/kind-mark.js';
import { linksOf, Reference } from '../../parts/reference.js';
import { Related } from './related.js';
import { Value } from '../../parts/value.js';
import { html } from '../../vendor/preact.js';

/**
 * @typedef {object} StateProps
 * @property {import('../../store/table.js').Entity} shown
 * @property {boolean} isHistorical
 * @property {import('../../parts/difference.js').Difference[]} differences what has changed since then
 * @property {import('../../contract/ids.js').Id} id
 * @property {import('../../contract/contract.js').Contract} contract
 * @property {import('../../store/session.js').Session} session
 * @property {import('../../store/services.js').System} system
 * @property {number} followed changes with the streams of other services
 */

/** @param {StateProps} props */
export function EntityState({ shown, isHistorical, differences, id, contract, session, system, followed }) {
  const { columns, itemCommands, relations, noun } = contract;
  return html`
    <dl class="fields">
      ${Object.entries({ ...removedFields(differences), ...shown }).map(([name, value]) => {
        const field = columns.find((column) => column.name === name) ?? { name };
        const linkOf = linksOf(contract, system, name);
        const difference = differences.find((each) => each.field === name);
        const commands = isHistorical ? [] : itemCommands.filter(({ item }) => item.field === name);
        return html`<div>
          <dt>${labelOf(field)}</dt>
          <dd>
            ${
              difference !== undefined
                ? html`<${KindMark} kind="changed" /> <${ChangedValue} difference=${difference} />`
                : commands.length > 0 && Array.isArray(value) && value.length > 0
                  ? html`<${Items}
                      items=${value}
                      commands=${commands}
                      linkOf=${linkOf}
                      id=${id}
                      session=${session}
                    />`
                  : html`<${Value}
                      value=${value}
                      schema=${'schema' in field ? field.schema : undefined}
                      linkOf=${linkOf}
                    />`
            }
          </dd>
        </div>`;
      })}
    </dl>
    ${
      !isHistorical &&
      relations.map(
        (relation) =>
          html`<${Related}
            key=${relation.service}
            relation=${relation}
            followed=${followed}
            noun=${noun}
            id=${id}
            contract=${contract}
            session=${session}
            system=${system}
          />`,
      )
    }
  `;
}

/** Takes the place of a state that is being read. @param {{ contract: StateProps['contract'] }} props */
export function UnknownState({ contract: { columns } }) {
  return html`<dl class="fields skeleton" role="status" aria-label="Loading …">
    ${columns.map(
      (field) =>
        html`<div>
          <dt>${labelOf(field)}</dt>
          <dd></dd>
        </div>`,
    )}
  </dl>`;
}

/** @param {{ items: unknown[], commands: import('../../contract/contract.js').ItemCommand[], linkOf: ReturnType<typeof linksOf> } & Pick<StateProps, 'id' | 'session'>} props */
function Items({ items, commands, linkOf, id, session }) {
  return html`<ul class="items">
    ${items.map(
      (item) =>
        html`<li>
          <${Reference} item=${item} href=${linkOf(item)} />
          <span>
            ${commands.map((command) => {
              const { param, key } = command.item;
              const input = { [param]: key === null ? item : Object(item)[key] };
              const name = `${toLabel(command.verb)} ${toLabel(param.replace(/(?<=.)Id$/, '')).toLowerCase()} ${input[param]}`;
              const send = () => session.writes.sendAtOnce({ ...toRequest(command, id, input), command });
              return html`<button type="button" class="quiet small" aria-label=${name} onClick=${send}>
                ${toLabel(command.verb)}
              </button>`;
            })}
          </span>
        </li>`,
    )}
  </ul>`;
}

/** Fields that the entity had then. @param {StateProps['differences']} differences */
function removedFields(differences) {
  return Object.fromEntries(
    differences.filter(({ after }) => after === undefined).map(({ field, before }) => [field, before]),
  );
}
