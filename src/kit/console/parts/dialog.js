import { Conflict } from './conflict.js';
import { EntityForm } from './entity-form.js';
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { toText } from './text.js';

/** @typedef {import('../views/app.js').ViewProps} ViewProps */

/** @param {ViewProps} props */
export function Dialog(props) {
  const { state, update, contract } = props;
  const { dialog } = state;
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    if (dialog === undefined) element.current?.close();
    else element.current?.showModal();
  }, [dialog !== undefined]);
  const { noun } = contract;
  const heading =
    dialog?.kind === 'add' ? `Add a ${noun}` : dialog && `${verbs[dialog.kind]} ${noun} ${dialog.id}`;
  return html`<dialog
    ref=${element}
    aria-labelledby="dialog-title"
    onClose=${() => update({ dialog: undefined })}
  >
    <h2 id="dialog-title">${heading}</h2>
    ${dialog?.kind === 'add' && html`<${AddForm} ...${props} />`}
    ${dialog?.kind === 'change' && html`<${ChangeForm} ...${props} dialog=${dialog} key=${dialog.id} />`}
    ${dialog?.kind === 'remove' && html`<${RemoveForm} ...${props} dialog=${dialog} key=${dialog.id} />`}
  </dialog>`;
}

const verbs = { change: 'Change', remove: 'Remove' };

/** @param {ViewProps} props */
function AddForm({ update, session, contract }) {
  const { path, noun } = contract;
  const send = async (/** @type {object} */ body) => {
    const response = await session.writes.send({
      method: 'POST',
      path,
      body,
      successMessage: `The ${noun} was added`,
    });
    if (response.problem === undefined) update({ dialog: undefined });
    return response.problem;
  };
  return html`<${EntityForm}
    fields=${contract.add ?? []}
    initial=${{}}
    action="Add"
    request=${{ method: 'POST', path }}
    onSend=${send}
    onCancel=${() => update({ dialog: undefined })}
  />`;
}

/** @typedef {{ id: number, entity: import('../store/table.js').Entity, tag: string }} SeenVersion the version that the user saw, and its entity tag */

/** @param {ViewProps & { dialog: SeenVersion }} props */
function ChangeForm({ update, session, contract, dialog }) {
  const { path, noun } = contract;
  const { id } = dialog;
  const [seen, setSeen] = useState({ entity: dialog.entity, tag: dialog.tag });
  const [theirs, setTheirs] = useState(
    /** @type {{ mine: object, entity: any, tag: string } | undefined} */ (undefined),
  );
  const target = `${path}/${id}`;
  const close = () => update({ dialog: undefined });

  const send = async (/** @type {object} */ body, tag = seen.tag) => {
    const write = { method: 'PUT', path: target, body, tag, successMessage: `The ${noun} ${id} was changed` };
    const { status, problem } = await session.writes.send(write);
    if (problem === undefined) close();
    if (status !== 412) return problem;
    setTheirs({ mine: body, ...(await session.writes.reload(id)) });
    return undefined;
  };
  if (theirs !== undefined) {
    return html`<${Conflict}
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
    fields=${contract.change ?? []}
    initial=${seen.entity}
    action="Save"
    request=${{ method: 'PUT', path: target, headers: { 'If-Match': seen.tag } }}
    onSend=${send}
    onCancel=${close}
  />`;
}

/** @param {ViewProps & { dialog: SeenVersion }} props */
function RemoveForm({ update, session, contract, dialog }) {
  const { path, noun } = contract;
  const { id } = dialog;
  const [seen, setSeen] = useState({ entity: dialog.entity, tag: dialog.tag });
  const [error, setError] = useState('');
  const close = () => update({ dialog: undefined });
  const remove = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const write = {
      method: 'DELETE',
      path: `${path}/${id}`,
      tag: seen.tag,
      successMessage: `The ${noun} ${id} was removed`,
    };
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
            <dt>${field}</dt>
            <dd>${toText(value)}</dd>
          </div>`,
      )}
    </dl>
    <div class="buttons">
      <button type="submit">Remove</button>
      <button type="button" class="quiet" onClick=${close}>Cancel</button>
    </div>
  </form>`;
}
