/** The services of the system, with their replicas, and whether these hold the same state. */

import { Empty } from '../../parts/empty.js';
import { ServiceCard } from './service-card.js';
import { html } from '../../vendor/preact.js';

/** @param {import('../../shell/app.js').ViewProps} props */
export function SystemView({ state: { system, status }, session, contract }) {
  const { services, problem, comparisons } = system;
  if (services.length === 0) {
    return html`<${Empty} icon="layers" text=${problem ?? 'Looking for services …'} />`;
  }
  return html`<section class="view" aria-labelledby="title">
    <div class="panels">
      ${problem !== undefined && html`<p class="error">${problem} The last known state is shown.</p>`}
      ${services.map(
        (service) =>
          html`<${ServiceCard}
            key=${service.name}
            service=${service}
            services=${services}
            comparison=${comparisons[service.name]}
            own=${contract.name}
            servedBy=${status?.replica}
            onCompare=${session.system.compare}
          />`,
      )}
    </div>
  </section>`;
}
