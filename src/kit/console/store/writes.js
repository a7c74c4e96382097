/** What a person changes: each time with a key, so that trying again is safe, and with the version that the person saw. */

import { createKey, positionOf } from './api.js';

/**
 * @typedef {import('./api.js').Answer} Answer
 * @typedef {{ method: string, path: string, body?: unknown, tag?: string | undefined, done: string }} Write
 */

/**
 * @param {{ store: import('./state.js').Store, request: import('./api.js').Request,
 *   contract: import('./contract.js').Contract }} context
 */
export function createWrites({ store, request, contract: { path, noun } }) {
  /** A write whose outcome is not known keeps its key: sent again, it is carried out once. */
  let unsettled = { text: '', key: '' };

  return {
    /** @param {Write} write `done` says what was done, for the person @returns {Promise<Answer>} */
    async send({ method, path: target, body, tag, done }) {
      const text = JSON.stringify([method, target, body, tag]);
      if (unsettled.text !== text) unsettled = { text, key: createKey() };
      const headers = {
        'Idempotency-Key': `"${unsettled.key}"`,
        ...(tag !== undefined && { 'If-Match': tag }),
      };
      const answer = await request(method, target, { body, headers });
      if (answer.status !== 0 && answer.status !== 503) unsettled = { text: '', key: '' };
      if (answer.status === 401 || answer.status === 403) store.update({ wantsToken: true });
      if (answer.problem === undefined) store.update({ message: `${done} (position ${positionOf(answer)})` });
      return answer;
    },

    /** Opens the dialog that changes or removes an entity, as it is at this moment. @param {'change' | 'remove'} kind @param {number} id */
    async open(kind, id) {
      const { status, body, headers, problem } = await request('GET', `${path}/${id}`);
      if (status === 200)
        store.update({ dialog: { kind, id, entity: body, tag: headers.get('ETag') ?? '*' } });
      else store.update({ message: problem?.detail ?? `The ${noun} cannot be read.` });
    },

    /** The entity as others have left it. @param {number} id */
    async readAgain(id) {
      const { status, body, headers } = await request('GET', `${path}/${id}`);
      return { entity: status === 200 ? body : undefined, tag: headers.get('ETag') ?? '*' };
    },
  };
}
