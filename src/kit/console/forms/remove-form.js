import { Icon } from '../parts/icon.js';
import { labelIn, toLabel } from '../contract/labels.js';
import { toRequest } from './to-request.js';
import { Value } from '../parts/value.js';
import { html, useState } from '../vendor/preact.js';

/** Shows what will be removed. @param {import('../shell/app.js').ViewProps & { dialog: import('./replace-form.js').SeenVersion }} props */
export function RemoveForm({ update, session, contract, dialog }) {
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
  return html`<form class="form" onSubmit=${remove}>
    <p class="error" role="alert">${error}</p>
    <dl class="fields">
      ${Object.entries(seen.entity).map(
        ([field, value]) =>
          html`<div>
            <dt>${labelIn(contract, field)}</dt>
            <dd><${Value} value=${value} /></dd>
          </div>`,
      )}
    </dl>
    <div class="buttons">
      <button type="button" onClick=${close}>Cancel</button>
      <button type="submit" class="danger"><${Icon} name="trash" />${toLabel(command.verb)}</button>
    </div>
  </form>`;
}
