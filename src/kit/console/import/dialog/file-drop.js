import { Icon } from '../../parts/icon.js';
import { html } from '../../vendor/preact.js';
import { useFileDrop } from './use-file-drop.js';

/**
 * Opens the import with a file that is dropped on any page of the console. Where nothing can be imported, the file is ignored.
 *
 * @param {Pick<import('../../shell/app.js').ViewProps, 'state' | 'update'>} props
 */
export function FileDrop({ state: { contract, route }, update }) {
  const { create, plural } = contract ?? {};
  const isHistorical = route.asOf !== undefined;
  const isOver = useFileDrop(({ 0: file, length }) => {
    if (create === undefined || file === undefined) return;
    update(({ dialog }) => {
      const isOther = dialog !== undefined && (dialog.kind !== 'import' || dialog.file !== undefined);
      if (isOther) return {};
      if (isHistorical)
        return { message: 'Nothing can be imported into the past. Return to the live view first.' };
      if (length > 1) return { message: 'Drop one file at a time.' };
      return { dialog: { kind: 'import', command: create, file } };
    });
  });
  const isPossible = create !== undefined && !isHistorical;
  return (
    isOver &&
    isPossible &&
    html`<p class="drop-hint"><${Icon} name="upload" />Drop the file to import ${plural}</p>`
  );
}
