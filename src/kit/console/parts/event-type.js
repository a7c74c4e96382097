import { html } from '../vendor/preact.js';

const categories = 6;

/** The colour of an event type: the same in every view. @param {import('../contract/contract.js').Contract} contract @param {string} type */
export function categoryOf({ eventTypes }, type) {
  const index = eventTypes.indexOf(type);
  return { '--category': `var(--category-${index < 0 ? categories - 1 : index % categories})` };
}

/** @param {{ type: string, contract: import('../contract/contract.js').Contract }} props */
export function EventType({ type, contract }) {
  return html`<strong class="type" style=${categoryOf(contract, type)}>${type}</strong>`;
}
