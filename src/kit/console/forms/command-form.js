/** Forms of commands that carry no version: of `create`, and of commands with a verb of their own. */

import { EntityForm } from './entity-form.js';
import { toRequest } from './to-request.js';
import { toLabel } from '../contract/labels.js';
import { html, useState } from '../vendor/preact.js';

/**
 * @typedef {import('../shell/app.js').ViewProps} ViewProps
 * @typedef {import('../contract/contract.js').Command} Command
 */

/** @param {ViewProps & { command: Command }} props */
export function CreateForm({ update, session, command }) {
  const { method, path } = command;
  const close = () => update({ dialog: undefined });
  const send = async (/** @type {object} */ body) => {
    const { problem } = await session.writes.send({ method, path, body, command });
    if (problem === undefined) close();
    return problem;
  };
  return html`<${Forms} command=${command} initial=${{}} onSend=${send} onCancel=${close} />`;
}

/** @param {ViewProps & { dialog: Extract<import('../store/state.js').Dialog, { entity: object }> }} props */
export function CommandForm({ update, session, dialog }) {
  const { id, command, entity } = dialog;
  const close = () => update({ dialog: undefined });
  const send = async (/** @type {Record<string, unknown>} */ input) => {
    const { problem } = await session.writes.send({ ...toRequest(command, id, input), command });
    if (problem === undefined) close();
    return problem;
  };
  return html`<p class="dim">${command.summary}.</p>
    <${Forms} command=${command} id=${id} initial=${entity} onSend=${send} onCancel=${close} />`;
}

/**
 * The form of a command, with a choice if its body has alternatives.
 *
 * @param {{ command: Command, id?: import('../contract/ids.js').Id, initial: import('../parts/difference.js').Fields,
 *   onSend: (input: Record<string, unknown>) => Promise<import('../store/api.js').Problem | undefined>, onCancel: () => void }} props
 */
function Forms({ command, id = 0, initial, onSend, onCancel }) {
  const { params, forms, verb } = command;
  const [chosen, setChosen] = useState(0);
  return html`
    ${
      forms.length > 1 &&
      html`<div class="field">
        <label for="alternative">Alternative</label>
        <select
          id="alternative"
          value=${chosen}
          onInput=${(/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) =>
            setChosen(Number(currentTarget.value))}
        >
          ${forms.map(({ name }, index) => html`<option value=${index}>${name}</option>`)}
        </select>
      </div>`
    }
    <${EntityForm}
      key=${chosen}
      fields=${[...params, ...(forms[chosen]?.fields ?? [])]}
      initial=${initial}
      action=${toLabel(verb)}
      toRequest=${(/** @type {Record<string, unknown>} */ input) => toRequest(command, id, input)}
      onSend=${onSend}
      onCancel=${onCancel}
    />
  `;
}
