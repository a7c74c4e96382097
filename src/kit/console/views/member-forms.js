/** What is put to an entity and taken from it, by the id of something else: a port that is fitted to a laptop. */

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
        <a href=${`${contract.path}/${entity.id}/${name}`}
          >The ${name} that have this ${contract.noun} (JSON)</a
        >
      </p>`,
  )}`;
}

/** @param {MemberProps & { members: import('../store/contract.js').Members }} props */
function Members({ contract, session, entity, members }) {
  const { name, noun, put, take } = members;
  const [wanted, setWanted] = useState('');
  const [said, say] = useState('');
  const send = async (
    /** @type {string} */ method,
    /** @type {string | number} */ memberId,
    /** @type {string} */ verb,
  ) => {
    const path = `${contract.path}/${entity.id}/${name}/${encodeURIComponent(memberId)}`;
    const done = `${capitalize(verb)} ${noun} ${memberId}: done`;
    const { problem } = await session.writes.send({ method, path, done });
    say(problem?.detail ?? '');
    if (problem === undefined) setWanted('');
  };
  const found = entity[name];
  const had = Array.isArray(found) ? found : [];
  const inputId = `member-${name}`;
  return html`<section class="members" aria-label=${capitalize(name)}>
    <form
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        void send('PUT', wanted, put);
      }}
    >
      <label for=${inputId}>${capitalize(put)} a ${noun}, by its id</label>
      <input
        id=${inputId}
        inputmode="numeric"
        value=${wanted}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
          setWanted(currentTarget.value.trim())}
      />
      <button type="submit" disabled=${wanted === ''}>${capitalize(put)}</button>
      <span class="error" role="alert">${said}</span>
    </form>
    <ul>
      ${had.map(
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
