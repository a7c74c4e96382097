import { Icon } from '../../parts/icon.js';
import { html } from '../../vendor/preact.js';

/** @param {{ problem?: string, onFile: (file: File) => void }} props */
export function FileChoice({ problem, onFile }) {
  return html`<div class="import form">
    <p class="error" role="alert">${problem}</p>
    <label class="file-choice">
      <${Icon} name="upload" />
      <strong>Choose a file, or drop it here</strong>
      <span class="dim">CSV, TSV, NDJSON or a JSON array; also compressed with gzip (.csv.gz)</span>
      <input
        type="file"
        autofocus
        accept=".csv,.tsv,.tab,.txt,.json,.ndjson,.jsonl,.gz,text/csv,application/json"
        onChange=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget: { files } }) => {
          const file = files?.[0];
          if (file !== undefined) onFile(file);
        }}
      />
    </label>
  </div>`;
}
