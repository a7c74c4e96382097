import { shapes } from './icon-shapes.js';
import { html } from '../vendor/preact.js';

/** @typedef {keyof typeof shapes} IconName */

/**
 * An icon, for sighted users only: what it means must be in a text or a label beside it.
 *
 * @param {{ name: IconName, class?: string }} props
 */
export function Icon({ name, class: extra = '' }) {
  return html`<svg class=${`icon ${extra}`} viewBox="0 0 24 24" aria-hidden="true">
    <path d=${shapes[name]} />
  </svg>`;
}
