/** The services of the system, as the replica that serves the console finds them over NATS. */

import { sleep } from './api.js';

/**
 * @typedef {import('../../api/responses/service-list.ts').ServiceList['services'][number]} RunningService
 * @typedef {import('../../api/responses/service-list.ts').RunningReplica} RunningReplica
 * @typedef {import('../../api/responses/service-list.ts').StateComparison} StateComparison
 *
 * A service that replied at least once since the page was opened; without replicas if it no longer does.
 * @typedef {{ services: RunningService[], problem: string | undefined, comparisons: Record<string, StateComparison | 'running'> }} System
 */

const pollMs = 3_000;

/** @type {System} */
export const unknownSystem = { services: [], problem: undefined, comparisons: {} };

/** @param {{ store: import('./state.js').Store, request: import('./api.js').Request }} context */
export function createSystem({ store, request }) {
  /** @param {Partial<System>} change */
  const update = (change) => store.update(({ system }) => ({ system: { ...system, ...change } }));

  async function poll() {
    for (;;) {
      const { problem, body } = await request('GET', '/services');
      if (problem === undefined)
        update({ services: merge(store.state.system.services, body.services), problem: undefined });
      else update({ problem: problem.detail });
      await sleep(pollMs);
    }
  }

  void poll();
  return {
    /** Compares the states of the replicas. @param {string} service */
    async compare(service) {
      update({ comparisons: { ...store.state.system.comparisons, [service]: 'running' } });
      const { problem, body } = await request('GET', `/services/${service}/comparison`);
      const { [service]: _running, ...others } = store.state.system.comparisons;
      update({ comparisons: problem === undefined ? { ...others, [service]: body } : others });
      if (problem !== undefined) store.update({ message: problem.detail });
    },
  };
}

/** @param {RunningService[]} known @param {RunningService[]} found */
function merge(known, found) {
  const gone = known.filter(({ name }) => found.every((service) => service.name !== name));
  const all = [...found, ...gone.map(({ name }) => ({ name, replicas: [] }))];
  return all.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** How far a replica is behind the furthest of its service; undefined for a service that was not made with the kit. @param {RunningService} service @param {RunningReplica} replica */
export function lagOf({ replicas }, { status }) {
  if (status === null) return undefined;
  return Math.max(...replicas.map((other) => other.status?.position ?? 0)) - status.position;
}

/** @param {RunningService} service @param {StateComparison | 'running' | undefined} comparison @returns {'ok' | 'warn' | 'danger'} */
export function healthOf(service, comparison) {
  const { replicas } = service;
  if (replicas.length === 0) return 'danger';
  if (comparison !== undefined && comparison !== 'running' && comparison.verdict === 'differ')
    return 'danger';
  const areEqual = new Set(replicas.map(({ version }) => version)).size === 1;
  return areEqual && replicas.every((replica) => (lagOf(service, replica) ?? 0) < 1_000) ? 'ok' : 'warn';
}

/**
 * Where the console of a service is: at its `PUBLIC_URL`, or at its port on the same host, if the page itself was reached at the
 * port that its replica listens on. Undefined if neither is known.
 *
 * @param {RunningService} service
 * @param {RunningService[]} services
 * @param {string} own name of the service that served the page
 * @returns {string | undefined}
 */
export function consoleUrlOf({ replicas }, services, own) {
  const statuses = replicas.flatMap(({ status }) => (status === null ? [] : [status]));
  const publicUrl = statuses.find((status) => typeof status.publicUrl === 'string')?.publicUrl;
  if (typeof publicUrl === 'string') return publicUrl;
  const httpPort = statuses.find((status) => status.httpPort !== undefined)?.httpPort;
  const isDirect = services.some(
    ({ name, replicas: all }) =>
      name === own && all.some(({ status }) => String(status?.httpPort) === location.port),
  );
  return httpPort === undefined || !isDirect
    ? undefined
    : `${location.protocol}//${location.hostname}:${httpPort}/`;
}
