import { labelIn, toLabel } from '../contract/labels.js';
import { Conflict } from './conflict.js';
import { EntityForm } from './entity-form.js';
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { toText } from './text.js';

/**
 * @typedef {import('../views/app.js').ViewProps} ViewProps
 * @typedef {import('../contract/contract.js').Command} Command
 */

/** @param {ViewProps} props */
export function Dialog(props) {
  const { state, update, contract } = props;
  const { dialog } = state;
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    if (dialog === undefined) element.current?.close();
    else element.current?.showModal();
  }, [dialog !== undefined]);
  return html`<dialog
    ref=${element}
    aria-labelledby="dialog-title"
    onClose=${() => update({ dialog: undefined })}
  >
    <h2 id="dialog-title">${dialog && headingOf(dialog, contract)}</h2>
    ${dialog?.kind === 'create' && html`<${CreateForm} ...${props} command=${dialog.command} />`}
    ${dialog?.kind === 'replace' && html`<${ReplaceForm} ...${props} dialog=${dialog} key=${dialog.id} />`}
    ${dialog?.kind === 'remove' && html`<${RemoveForm} ...${props} dialog=${dialog} key=${dialog.id} />`}
    ${dialog?.kind === 'command' && html`<${CommandForm} ...${props} dialog=${dialog} key=${dialog.id} />`}
  </dialog>`;
}

/** @param {import('../store/state.js').Dialog} dialog @param {import('../contract/contract.js').Contract} contract */
function headingOf(dialog, { noun, one }) {
  const verb = toLabel(dialog.command.verb);
  return dialog.kind === 'create' ? `${verb} ${one}` : `${verb} ${noun} ${dialog.id}`;
}

/** @param {ViewProps & { command: Command }} props */
function CreateForm({ update, session, command }) {
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
function CommandForm({ update, session, dialog }) {
  const { id, command, entity } = dialog;
  const close = () => update({ dialog: undefined });
  const send = async (/** @type {Record<string, unknown>} */ input) => {
    const { problem } = await session.writes.send({ ...toRequest(command, id, input), command });
    if (problem === undefined) close();
    return problem;
  };
  return html`<p>${command.summary}.</p>
    <${Forms} command=${command} id=${id} initial=${entity} onSend=${send} onCancel=${close} />`;
}

/**
 * The form of a command, with a choice if its body has alternatives.
 *
 * @param {{ command: Command, id?: import('../contract/ids.js').Id, initial: import('./difference.js').Fields,
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

/**
 * Splits the input of a command into its path and its body.
 *
 * @param {Command} command @param {import('../contract/ids.js').Id} id @param {Record<string, unknown>} input
 * @returns {{ method: string, path: string, body?: object }}
 */
export function toRequest({ method, path, params, forms }, id, input) {
  const isParam = (/** @type {string} */ name) => params.some((param) => param.name === name);
  const values = { ...input, id };
  const rest = Object.entries(input).filter(([name]) => !isParam(name));
  return {
    method,
    path: path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(Object(values)[name]))),
    ...(forms.length > 0 && { body: Object.fromEntries(rest) }),
  };
}

/** @typedef {{ id: import('../contract/ids.js').Id, command: Command, entity: import('../store/table.js').Entity, tag: string }} SeenVersion the version that the user saw, and its entity tag */

/** @param {ViewProps & { dialog: SeenVersion }} props */
function ReplaceForm({ update, session, contract, dialog }) {
  const { id, command } = dialog;
  const [seen, setSeen] = useState({ entity: dialog.entity, tag: dialog.tag });
  const [theirs, setTheirs] = useState(
    /** @type {{ mine: object, entity: any, tag: string } | undefined} */ (undefined),
  );
  const { method, path } = toRequest(command, id, {});
  const close = () => update({ dialog: undefined });

  const send = async (/** @type {object} */ body, tag = seen.tag) => {
    const write = { method, path, body, tag, command };
    const { status, problem } = await session.writes.send(write);
    if (problem === undefined) close();
    if (status !== 412) return problem;
    setTheirs({ mine: body, ...(await session.writes.reload(id)) });
    return undefined;
  };
  if (theirs !== undefined) {
    return html`<${Conflict}
      contract=${contract}
      original=${seen.entity}
      current=${theirs.entity}
      mine=${theirs.mine}
      onMine=${() => send(theirs.mine, theirs.tag)}
      onTheirs=${() => {
        setSeen(theirs);
        setTheirs(undefined);
      }}
      onCancel=${close}
    />`;
  }
  return html`<${EntityForm}
    key=${seen.tag}
    fields=${command.forms[0]?.fields ?? []}
    initial=${seen.entity}
    action=${toLabel(command.verb)}
    toRequest=${(/** @type {object} */ body) => ({ method, path, body, headers: { 'If-Match': seen.tag } })}
    onSend=${send}
    onCancel=${close}
  />`;
}

/** @param {ViewProps & { dialog: SeenVersion }} props */
function RemoveForm({ update, session, contract, dialog }) {
  const { id, command } = dialog;
  const [seen, setSeen] = useState({ entity: dialog.entity, tag: dialog.tag });
  const [error, setError] = useState('');
  const close = () => update({ dialog: undefined });
  const remove = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const write = { ...toRequest(command, id, {}), tag: seen.tag, command };
    const { status, problem } = await session.writes.send(write);
    if (problem === undefined) {
      close();
      return;
    }
    if (status !== 412) setError(problem.detail);
    else {
      const current = await session.writes.reload(id);
      if (current.entity === undefined) close();
      else {
        setSeen(current);
        setError('Someone else changed it in the meantime. The current version is shown here.');
      }
    }
  };
  return html`<form onSubmit=${remove}>
    <p class="error" role="alert">${error}</p>
    <dl>
      ${Object.entries(seen.entity).map(
        ([field, value]) =>
          html`<div>
            <dt>${labelIn(contract, field)}</dt>
            <dd>${toText(value)}</dd>
          </div>`,
      )}
    </dl>
    <div class="buttons">
      <button type="submit">${toLabel(command.verb)}</button>
      <button type="button" class="quiet" onClick=${close}>Cancel</button>
    </div>
  </form>`;
}
