import { encodings } from '../read/file-content.js';
import { toBytes } from '../../parts/text.js';
import { html } from '../../vendor/preact.js';

/** @param {{ file: File, content: import('../read/file-content.js').Content, onEncoding: (encoding: string) => void }} props */
export function EncodingChoice({ file, content: { encoding, isMarked, isGuessed }, onEncoding }) {
  const all = encodings.includes(encoding) ? encodings : [encoding, ...encodings];
  return html`
    <div class="import-file">
      <p><strong>${file.name}</strong> <span class="dim">${toBytes(file.size)}</span></p>
      <label class="inline">
        Encoding
        <select
          value=${encoding}
          disabled=${isMarked}
          title=${isMarked ? 'The byte order mark of the file names it.' : undefined}
          onInput=${(/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) => onEncoding(currentTarget.value)}
        >
          ${all.map((name) => html`<option value=${name}>${name}</option>`)}
        </select>
      </label>
    </div>
    ${
      isGuessed &&
      html`<p class="notice warn" role="status">
        The file is not UTF-8. It is read as ${encoding}. If letters are wrong below, choose another encoding.
      </p>`
    }
  `;
}
