/** JSON with colours. */

import { html } from '../vendor/preact.js';

const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** @param {{ value: unknown }} props */
export function Json({ value }) {
  const text = JSON.stringify(value, undefined, 2) ?? 'undefined';
  /** @type {unknown[]} */
  const parts = [];
  let end = 0;
  for (const { 0: found, 1: quoted, 2: colon, index } of text.matchAll(token)) {
    const kind = quoted === undefined ? 'json-value' : colon === undefined ? 'json-text' : 'json-key';
    parts.push(text.slice(end, index), html`<span class=${kind}>${quoted ?? found}</span>`);
    end = index + (quoted ?? found).length;
  }
  return html`<pre tabindex="0">${[...parts, text.slice(end)]}</pre>`;
}
