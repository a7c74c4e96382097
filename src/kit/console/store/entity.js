/** One entity with its history: what happened to it, what each event changed, and how it was at any moment. */

/**
 * @typedef {import('./table.js').Entity} Entity
 * @typedef {{ position: number, time: string, messageId?: string, traceparent?: string,
 *   event?: { type: string, [field: string]: unknown }, rejected?: string }} Entry
 *
 * @typedef {object} OpenEntity
 * @property {number} id
 * @property {Entity | undefined} now undefined: it is not there
 * @property {Entry[]} history oldest first
 * @property {Map<number, Entity | undefined>} versions as it was at the positions of its history
 * @property {string | undefined} asOf the moment that is shown; undefined: the present
 * @property {Entity | undefined} past as it was then
 * @property {boolean} isLoading
 * @property {string | undefined} problem
 */

/** How many of the newest events are shown with what they changed, until somebody asks for more. */
const shownAtFirst = 50;
const concurrency = 4;
/** Milliseconds in which the slider may move on before the service is asked. */
const settlingMs = 150;

/**
 * @param {{ store: import('./state.js').Store, request: import('./api.js').Request,
 *   contract: import('./contract.js').Contract }} context
 */
export function createEntityReader({ store, request, contract }) {
  const { path } = contract;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settling;

  /** The one that is shown, unless the person has gone elsewhere. @param {number} id */
  function shown(id) {
    const { entity } = store.state;
    return entity?.id === id ? entity : undefined;
  }

  /** @param {number} id @param {Partial<OpenEntity>} change */
  function update(id, change) {
    const entity = shown(id);
    if (entity !== undefined) store.update({ entity: { ...entity, ...change } });
  }

  /** @param {number} id @param {number} position the history has to show it */
  async function read(id, position) {
    const headers = { 'Wait-For-Position': String(position) };
    const [item, history] = await Promise.all([
      request('GET', `${path}/${id}`, { headers }),
      request('GET', `${path}/${id}/events?limit=10000`, { headers }),
    ]);
    if (history.problem !== undefined) {
      update(id, { isLoading: false, problem: history.problem.detail });
      return;
    }
    update(id, {
      now: item.status === 200 ? item.body : undefined,
      history: history.body,
      problem: undefined,
    });
    await readVersions(id, history.body.slice(-shownAtFirst));
    update(id, { isLoading: false });
  }

  /** @param {number} id @param {Entry[]} entries */
  async function readVersions(id, entries) {
    const known = shown(id)?.versions ?? new Map();
    const wanted = entries.filter(({ position }) => !known.has(position)).toReversed();
    const readNext = async () => {
      for (let entry = wanted.shift(); entry !== undefined; entry = wanted.shift()) {
        const { position } = entry;
        const { status, body } = await request('GET', `${path}/${id}?asOf=${position}`);
        if (status !== 200 && status !== 404) continue;
        update(id, {
          versions: new Map(shown(id)?.versions).set(position, status === 200 ? body : undefined),
        });
      }
    };
    await Promise.all(Array.from({ length: concurrency }, readNext));
  }

  return {
    /** @param {number} id */
    async open(id) {
      store.update({
        entity: {
          id,
          now: store.state.table.get(id)?.entity,
          history: [],
          versions: new Map(),
          asOf: undefined,
          past: undefined,
          isLoading: true,
          problem: undefined,
        },
      });
      await read(id, 0);
    },

    /** Reads what each event changed, also the old ones. @param {number} id */
    readAll: (id) => readVersions(id, shown(id)?.history ?? []),

    /** @param {number} id @param {string | undefined} asOf a position or an RFC 3339 time; undefined: the present */
    travel(id, asOf) {
      clearTimeout(settling);
      update(id, { asOf, problem: undefined });
      if (asOf === undefined) return;
      settling = setTimeout(async () => {
        const answer = await request('GET', `${path}/${id}?asOf=${encodeURIComponent(asOf)}`);
        if (shown(id)?.asOf !== asOf) return;
        const { status, body, problem } = answer;
        const isKnown = status === 200 || status === 404;
        update(id, {
          past: status === 200 ? body : undefined,
          problem: isKnown ? undefined : problem?.detail,
        });
      }, settlingMs);
    },

    /** Reads again what is shown. */
    refresh() {
      const { entity } = store.state;
      if (entity !== undefined) void read(entity.id, 0);
    },

    /** @param {import('./follow.js').LiveEvent} event */
    onEvent({ id, position }) {
      if (shown(id) !== undefined) void read(id, position);
    },
  };
}
