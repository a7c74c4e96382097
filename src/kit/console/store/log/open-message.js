/** Reads one message of the log, and what it has changed. */

/**
 * @typedef {import('../../../api/responses/log.ts').LoggedMessageDocument<{ type: string, [field: string]: unknown }>} LoggedMessage
 *
 * The open message. `before` and `after` are the states of the entity, undefined if it did not exist; `isCompared`: whether they are read.
 * @typedef {{ position: number, document: LoggedMessage | undefined, problem: string | undefined, isCompared: boolean,
 *   before: import('../table.js').Entity | undefined, after: import('../table.js').Entity | undefined }} OpenMessage
 */

/**
 * @param {import('../state.js').Store} store
 * @param {import('../api.js').Request} request
 * @param {string} path of the collection
 */
export function createMessageReader(store, request, path) {
  /** @param {number} position @param {Partial<OpenMessage>} change */
  function update(position, change) {
    const { message } = store.state.eventLog;
    if (message?.position !== position) return false;
    store.update(({ eventLog }) => ({ eventLog: { ...eventLog, message: { ...message, ...change } } }));
    return true;
  }

  /** @param {string | number} id @param {number} position */
  async function stateAt(id, position) {
    if (position === 0) return { isKnown: true, entity: undefined };
    const { status, body } = await request('GET', `${path}/${id}?asOf=${position}`);
    return { isKnown: status === 200 || status === 404, entity: status === 200 ? body : undefined };
  }

  /** @param {number} position */
  async function read(position) {
    const { status, body, problem } = await request('GET', `${path}/log/${position}`);
    if (status !== 200) {
      update(position, { problem: problem?.detail });
      return;
    }
    if (!update(position, { document: body }) || body.id === undefined || body.rejected !== undefined) return;
    const [before, after] = await Promise.all([stateAt(body.id, position - 1), stateAt(body.id, position)]);
    if (!before.isKnown || !after.isKnown) return;
    update(position, { isCompared: true, before: before.entity, after: after.entity });
  }

  return {
    /** @param {number | undefined} position undefined closes the message */
    show(position) {
      const opened = position !== undefined && {
        position,
        document: undefined,
        problem: undefined,
        isCompared: false,
        before: undefined,
        after: undefined,
      };
      store.update(({ eventLog }) => ({ eventLog: { ...eventLog, message: opened || undefined } }));
      if (position !== undefined) void read(position);
    },
  };
}
