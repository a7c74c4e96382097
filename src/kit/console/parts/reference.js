/** An entity of another service: a link to its page, if the address of that service's console is known. */

import { consoleUrlOf } from '../store/services.js';
import { toText } from './text.js';
import { html } from '../vendor/preact.js';

/**
 * Returns the address of the page of an item in a field; undefined if the field does not refer to another service.
 *
 * @param {import('../contract/contract.js').Contract} contract
 * @param {import('../store/services.js').System} system
 * @param {string} field
 * @returns {(item: unknown) => string | undefined}
 */
export function linksOf(contract, system, field) {
  const owner = contract.references.find((reference) => reference.field === field)?.service;
  return (item) => (owner === undefined ? undefined : linkTo(contract, system, owner, item));
}

/** The address of the page of an entity of another service. @param {import('../contract/contract.js').Contract} contract @param {import('../store/services.js').System} system @param {string} owner @param {unknown} item */
export function linkTo({ name }, { services }, owner, item) {
  const service = services.find((each) => each.name === owner);
  const url = service && consoleUrlOf(service, services, name);
  const { id } = Object(item);
  return url === undefined || id === undefined ? undefined : `${url}#/entity/${id}`;
}

/** @param {{ item: unknown, href: string | undefined }} props */
export function Reference({ item, href }) {
  const text = toText(item);
  return href === undefined
    ? html`<span class="chip">${text}</span>`
    : html`<a class="chip" href=${href}>${text}</a>`;
}
