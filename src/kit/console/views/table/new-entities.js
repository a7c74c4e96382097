/** The buttons that add entities. */

import { toLabel } from '../../contract/labels.js';
import { Icon } from '../../parts/icon.js';
import { html } from '../../vendor/preact.js';

/**
 * @param {{ create: import('../../contract/contract.js').Command, contract: import('../../contract/contract.js').Contract, isDisabled: boolean,
 *   update: import('../../store/state.js').Store['update'] }} props
 */
export function NewEntities({ create, contract: { one }, isDisabled, update }) {
  return html`
    <button
      type="button"
      title="Import a file"
      disabled=${isDisabled}
      onClick=${() => update({ dialog: { kind: 'import', command: create, file: undefined } })}
    >
      <${Icon} name="upload" /><span class="label-wide">Import a file</span>
    </button>
    <button
      type="button"
      class="primary"
      disabled=${isDisabled}
      onClick=${() => update({ dialog: { kind: 'create', command: create } })}
    >
      <${Icon} name="plus" />${toLabel(create.verb)} ${one}
    </button>
  `;
}
