import { Conflict } from './conflict.js';
import { EntityForm } from './entity-form.js';
import { toLabel } from '../contract/labels.js';
import { toRequest } from './to-request.js';
import { html, useState } from '../vendor/preact.js';

/**
 * @typedef {import('../shell/app.js').ViewProps} ViewProps
 * @typedef {import('../contract/contract.js').Command} Command
 */

/** @typedef {{ id: import('../contract/ids.js').Id, command: Command, entity: import('../store/table.js').Entity, tag: string }} SeenVersion the version that the user saw, and its entity tag */

/** Shows the other version if the entity has changed in the meantime. @param {ViewProps & { dialog: SeenVersion }} props */
export function ReplaceForm({ update, session, contract, dialog }) {
  const { id, command } = dialog;
  const [seen, setSeen] = useState({ entity: dialog.entity, tag: dialog.tag });
  const [theirs, setTheirs] = useState(
    /** @type {{ mine: object, entity: any, tag: string } | undefined} */ (undefined),
  );
  const { method, path } = toRequest(command, id, {});
  const close = () => update({ dialog: undefined });

  const send = async (/** @type {object} */ body, tag = seen.tag) => {
    const write = { method, path, body, tag, command };
    const { status, problem } = await session.writes.send(write);
    if (problem === undefined) close();
    if (status !== 412) return problem;
    setTheirs({ mine: body, ...(await session.writes.reload(id)) });
    return undefined;
  };
  if (theirs !== undefined) {
    return html`<${Conflict}
      contract=${contract}
      original=${seen.entity}
      current=${theirs.entity}
      mine=${theirs.mine}
      onMine=${() => send(theirs.mine, theirs.tag)}
      onTheirs=${() => {
        setSeen(theirs);
        setTheirs(undefined);
      }}
      onCancel=${close}
    />`;
  }
  return html`<${EntityForm}
    key=${seen.tag}
    fields=${command.forms[0]?.fields ?? []}
    initial=${seen.entity}
    action=${toLabel(command.verb)}
    toRequest=${(/** @type {object} */ body) => ({ method, path, body, headers: { 'If-Match': seen.tag } })}
    onSend=${send}
    onCancel=${close}
  />`;
}
