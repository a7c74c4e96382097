import { positionOf, sleep } from './api.js';

const concurrency = 6;
/** Delay before a failed read is retried, in ms. */
const retryMs = 1_000;

/**
 * Rereads entities one by one, several at a time, and updates the table.
 *
 * @param {object} context
 * @param {import('./state.js').Store} context.store
 * @param {import('./api.js').Request} context.request
 * @param {string} context.path path of the list
 * @param {[import('../contract/ids.js').Id, number][]} context.reads ids with the minimum position of the read
 * @param {AbortSignal} context.signal
 * @param {(id: import('../contract/ids.js').Id, position: number) => void} [context.onRead] called with the position of the response
 * @param {(id: import('../contract/ids.js').Id, position: number) => void} context.onFailure called when the read may be retried
 */
export async function readEach({ store, request, path, reads, signal, onRead, onFailure }) {
  const readNext = async () => {
    for (let next = reads.pop(); next !== undefined; next = reads.pop()) {
      const [id, position] = next;
      const headers = { 'Wait-For-Position': String(position) };
      const response = await request('GET', `${path}/${id}`, { headers });
      if (signal.aborted) return;
      const { status, body } = response;
      if (status === 200 || status === 404) onRead?.(id, positionOf(response));
      if (status === 200) store.state.table.put(body, true);
      else if (status === 404) store.state.table.remove(id);
      else {
        await sleep(retryMs);
        if (signal.aborted) return;
        onFailure(id, position);
      }
      store.update({});
    }
  };
  await Promise.all(Array.from({ length: concurrency }, readNext));
}
