/** Entities of another service that refer to an entity, as links to their pages. */

import { linkTo, Reference } from '../../parts/reference.js';
import { toAddress } from '../../store/path.js';
import { html, useEffect, useState } from '../../vendor/preact.js';

/** More are behind a link. */
const maxShown = 20;

/**
 * @param {{ relation: import('../../contract/contract.js').Relation, followed: number, noun: string } & Pick<import('./entity-state.js').StateProps,
 *   'id' | 'contract' | 'session' | 'system'>} props `followed`: changes when the list may have changed
 */
export function Related({ relation, followed, noun, id, contract, session, system }) {
  const { service, plural } = relation;
  const path = relation.path.replace('{id}', String(id));
  const [found, setFound] = useState(/** @type {{ id: unknown }[] | undefined} */ (undefined));
  useEffect(() => {
    let isCurrent = true;
    void session.ask({ path }, { limit: maxShown + 1 }).then(({ status, body }) => {
      if (isCurrent && status === 200) setFound(body);
    });
    return () => {
      isCurrent = false;
    };
  }, [path, followed]);
  return html`<div class="related">
    <h3>${plural} with this ${noun}</h3>
    <span class="chips">
      ${found?.length === 0 && html`<span class="none">none</span>`}
      ${found
        ?.slice(0, maxShown)
        .map((item) => html`<${Reference} item=${item} href=${linkTo(contract, system, service, item)} />`)}
    </span>
    <a href=${toAddress(path)}>All ${plural} with this ${noun} (JSON)</a>
  </div>`;
}
