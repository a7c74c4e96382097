/** The buttons that add entities. A file that is dropped on the page opens the import, too. */

import { toLabel } from '../../contract/labels.js';
import { useFileDrop } from '../../import/dialog/use-file-drop.js';
import { Icon } from '../../parts/icon.js';
import { html } from '../../vendor/preact.js';

/**
 * @param {{ create: import('../../contract/contract.js').Command, contract: import('../../contract/contract.js').Contract, isDisabled: boolean,
 *   update: import('../../store/state.js').Store['update'] }} props
 */
export function NewEntities({ create, contract: { one, plural }, isDisabled, update }) {
  const isOver = useFileDrop(
    ({ 0: file, length }) =>
      update(({ dialog }) => {
        const isOther = dialog !== undefined && (dialog.kind !== 'import' || dialog.file !== undefined);
        if (isOther || file === undefined) return {};
        if (length > 1) return { message: 'Drop one file at a time.' };
        return { dialog: { kind: 'import', command: create, file } };
      }),
    !isDisabled,
  );
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
    ${isOver && html`<p class="drop-hint"><${Icon} name="upload" />Drop the file to import ${plural}</p>`}
  `;
}
