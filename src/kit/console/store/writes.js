/** Writes of the user. Each carries an idempotency key, so that retries are safe, and the version that the user saw. */

import { createIdempotencyKey, positionOf, toFailedResponse } from './api.js';
import { toLabel } from '../contract/labels.js';
import { isReachable } from './path.js';

/**
 * @typedef {import('./api.js').ApiResponse} ApiResponse
 * @typedef {{ method: string, path: string, body?: unknown, tag?: string | undefined, command: import('../contract/contract.js').Command }} Write
 */

/**
 * @param {{ store: import('./state.js').Store, request: import('./api.js').Request,
 *   contract: import('../contract/contract.js').Contract }} context
 */
export function createWrites({ store, request, contract: { path, noun } }) {
  /** A write with an unknown outcome retains its key, so that repeating it executes it once. */
  let pending = { text: '', key: '' };

  /** @param {Write} write @returns {Promise<ApiResponse>} */
  async function send({ method, path: target, body, tag, command }) {
    if (!isReachable(target)) {
      const detail = 'A part of the path must not be empty, "." or "..".';
      return toFailedResponse(0, new Headers(), 'Not sent', detail);
    }
    const text = JSON.stringify([method, target, body, tag]);
    if (pending.text !== text) pending = { text, key: createIdempotencyKey() };
    const headers = {
      'Idempotency-Key': `"${pending.key}"`,
      ...(tag !== undefined && { 'If-Match': tag }),
    };
    const response = await request(method, target, { body, headers });
    if (response.status !== 0 && response.status < 500) pending = { text: '', key: '' };
    if (response.status === 401 || response.status === 403) store.update({ isUnauthorized: true });
    if (response.problem === undefined)
      store.update({
        message: `${toLabel(command.verb)} ${noun}: done (position ${positionOf(response)})`,
      });
    return response;
  }

  return {
    send,

    /** Sends a write without a dialog, and shows its problem as a message. @param {Write} write */
    async sendAtOnce(write) {
      const { problem } = await send(write);
      if (problem !== undefined) store.update({ message: problem.detail });
    },

    /**
     * Reads an entity and opens the dialog of a command.
     *
     * @param {'replace' | 'remove' | 'command'} kind @param {import('../contract/contract.js').Command} command @param {import('../contract/ids.js').Id} id
     */
    async open(kind, command, id) {
      const { status, body, headers, problem } = await request('GET', `${path}/${id}`);
      if (status === 200)
        store.update({ dialog: { kind, command, id, entity: body, tag: headers.get('ETag') ?? '*' } });
      else store.update({ message: problem?.detail ?? `The ${noun} could not be read.` });
    },

    /** Reads the entity after a conflict. @param {import('../contract/ids.js').Id} id */
    async reload(id) {
      const { status, body, headers } = await request('GET', `${path}/${id}`);
      return { entity: status === 200 ? body : undefined, tag: headers.get('ETag') ?? '*' };
    },
  };
}
