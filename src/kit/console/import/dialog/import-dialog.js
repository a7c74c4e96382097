/** The dialog that imports a file: choose it, map its columns, see the first rows, import. */

import { FileChoice } from './file-choice.js';
import { FileFault, openContent } from '../read/file-content.js';
import { ImportForm } from './import-form.js';
import { ImportProgress } from './import-progress.js';
import { readFileRows } from '../read/file-rows.js';
import { html, useEffect, useState } from '../../vendor/preact.js';

/**
 * @typedef {import('../../shell/app.js').ViewProps} ViewProps
 * @typedef {Extract<import('../../store/state.js').Dialog, { kind: 'import' }>} Dialog
 * @typedef {{ content: import('../read/file-content.js').Content, columns: readonly import('../read/file-rows.js').Column[] }} OpenFile
 * @typedef {{ plan: import('../map/prepared-rows.js').Plan, rows: number }} Order
 */

/** @param {ViewProps & { dialog: Dialog }} props */
export function ImportDialog(props) {
  const { update, dialog } = props;
  const { file } = dialog;
  const choose = (/** @type {File | undefined} */ chosen) => update({ dialog: { ...dialog, file: chosen } });
  if (file === undefined) return html`<${FileChoice} onFile=${choose} />`;
  return html`<${ImportFile}
    key=${`${file.name} ${file.lastModified}`}
    ...${props}
    file=${file}
    onFile=${choose}
  />`;
}

/** @param {ViewProps & { dialog: Dialog, file: File, onFile: (file: File | undefined) => void }} props */
function ImportFile(props) {
  const { file, update, onFile } = props;
  const [encoding, setEncoding] = useState(/** @type {string | undefined} */ (undefined));
  const [opened, setOpened] = useState(/** @type {OpenFile | undefined} */ (undefined));
  const [problem, setProblem] = useState(/** @type {string | undefined} */ (undefined));
  const [order, setOrder] = useState(/** @type {Order | undefined} */ (undefined));
  useEffect(() => {
    let isCurrent = true;
    void open(file, encoding).then((result) => {
      if (!isCurrent) return;
      setOpened(typeof result === 'string' ? undefined : result);
      setProblem(typeof result === 'string' ? result : undefined);
    });
    return () => {
      isCurrent = false;
    };
  }, [file, encoding]);

  if (problem !== undefined)
    return html`<${FileChoice} problem=${`${file.name}: ${problem}`} onFile=${onFile} />`;
  if (opened === undefined) return html`<p class="import dim" role="status">Reading ${file.name} …</p>`;
  if (order !== undefined) {
    return html`<${ImportProgress} ...${props} order=${order} onAnother=${() => onFile(undefined)} />`;
  }
  return html`<${ImportForm}
    ...${props}
    opened=${opened}
    onEncoding=${setEncoding}
    onImport=${setOrder}
    onCancel=${() => update({ dialog: undefined })}
  />`;
}

/** Returns a text if the file cannot be imported. @param {File} file @param {string | undefined} encoding @returns {Promise<OpenFile | string>} */
async function open(file, encoding) {
  try {
    const content = await openContent(file, encoding);
    const { columns, rows } = await readFileRows(content);
    await rows.return();
    return { content, columns };
  } catch (error) {
    if (error instanceof FileFault) return error.message;
    return `The file cannot be read (${error instanceof Error ? error.message : String(error)}).`;
  }
}
