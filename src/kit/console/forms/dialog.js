/** The dialog of a command, or of the import of a file. */

import { CommandForm, CreateForm } from './command-form.js';
import { Icon } from '../parts/icon.js';
import { ImportDialog } from '../import/dialog/import-dialog.js';
import { toLabel } from '../contract/labels.js';
import { RemoveForm } from './remove-form.js';
import { ReplaceForm } from './replace-form.js';
import { html } from '../vendor/preact.js';
import { useModal } from '../parts/modal.js';

/** @typedef {import('../shell/app.js').ViewProps} ViewProps */

/** @param {ViewProps} props */
export function Dialog(props) {
  const { state, update, contract } = props;
  const { dialog } = state;
  const close = () => update({ dialog: undefined });
  const modal = useModal(dialog, close);
  return html`<dialog ...${modal} aria-labelledby="dialog-title">
    <header>
      <h2 id="dialog-title">${dialog && headingOf(dialog, contract)}</h2>
      <button type="button" class="quiet square" aria-label="Close" onClick=${close}>
        <${Icon} name="x" />
      </button>
    </header>
    ${dialog?.kind === 'create' && html`<${CreateForm} ...${props} command=${dialog.command} />`}
    ${dialog?.kind === 'import' && html`<${ImportDialog} ...${props} dialog=${dialog} />`}
    ${dialog?.kind === 'replace' && html`<${ReplaceForm} ...${props} dialog=${dialog} key=${dialog.id} />`}
    ${dialog?.kind === 'remove' && html`<${RemoveForm} ...${props} dialog=${dialog} key=${dialog.id} />`}
    ${dialog?.kind === 'command' && html`<${CommandForm} ...${props} dialog=${dialog} key=${dialog.id} />`}
  </dialog>`;
}

/** @param {import('../store/state.js').Dialog} dialog @param {import('../contract/contract.js').Contract} contract */
function headingOf(dialog, { noun, one, plural }) {
  if (dialog.kind === 'import') return `Import ${plural}`;
  const verb = toLabel(dialog.command.verb);
  return dialog.kind === 'create' ? `${verb} ${one}` : `${verb} ${noun} ${dialog.id}`;
}
