/** Forms that add members to an entity and remove them by id, for example ports of a laptop. */

import { capitalize } from '../store/contract.js';
import { html, useState } from '../vendor/preact.js';
import { toText } from '../parts/text.js';

/** @typedef {import('./app.js').ViewProps & { entity: import('../store/table.js').Entity }} MemberProps */

/** @param {MemberProps} props */
export function MemberForms(props) {
  const { contract, entity } = props;
  return html`${contract.members.map((members) => html`<${Members} ...${props} members=${members} />`)}
  ${contract.referrers.map(
    (name) =>
      html`<p>
        <a href=${`${contract.path}/${entity.id}/${name}`}>All ${name} with this ${contract.noun} (JSON)</a>
      </p>`,
  )}`;
}

/** @param {MemberProps & { members: import('../store/contract.js').Members }} props */
function Members({ contract, session, entity, members }) {
  const { name, noun, put, take } = members;
  const [enteredId, setEnteredId] = useState('');
  const [error, setError] = useState('');
  const send = async (
    /** @type {string} */ method,
    /** @type {string | number} */ memberId,
    /** @type {string} */ verb,
  ) => {
    const path = `${contract.path}/${entity.id}/${name}/${encodeURIComponent(memberId)}`;
    const successMessage = `${capitalize(verb)} ${noun} ${memberId}: done`;
    const { problem } = await session.writes.send({ method, path, successMessage });
    setError(problem?.detail ?? '');
    if (problem === undefined) setEnteredId('');
  };
  const value = entity[name];
  const current = Array.isArray(value) ? value : [];
  const fieldId = `member-${name}`;
  return html`<section class="members" aria-label=${capitalize(name)}>
    <form
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        void send('PUT', enteredId, put);
      }}
    >
      <label for=${fieldId}>${capitalize(put)} a ${noun} by id</label>
      <input
        id=${fieldId}
        inputmode="numeric"
        value=${enteredId}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
          setEnteredId(currentTarget.value.trim())}
      />
      <button type="submit" disabled=${enteredId === ''}>${capitalize(put)}</button>
      <span class="error" role="alert">${error}</span>
    </form>
    <ul>
      ${current.map(
        (member) =>
          html`<li>
            ${toText(member)} (${member.id})
            <button
              type="button"
              class="quiet"
              aria-label=${`${capitalize(take)} ${noun} ${member.id}`}
              onClick=${() => send('DELETE', member.id, take)}
            >
              ${capitalize(take)}
            </button>
          </li>`,
      )}
    </ul>
  </section>`;
}
