/** The scenarios of the soak test. The numbers of rounds are chosen so that all scenarios take about the same time. */

import { raceForOneId, raceExpectedVersion } from '../../../test/support/faults/races.ts';
import { sendHostileMessages } from '../../../test/support/faults/hostile-publisher.ts';
import { freezeBroker, loseConsumers } from '../../../test/support/faults/interruptions.ts';
import { killBroker, killLeader, killService } from '../../../test/support/faults/kills.ts';
import { loseAcks } from '../../../test/support/faults/lost-acks.ts';
import { loseBatches } from '../../../test/support/faults/lost-batches.ts';
import type { Scenario } from '../../../test/support/faults/scenario.ts';

export type SoakScenario = { readonly scenario: Scenario; readonly rounds: number };

/** Timeout of one run of a scenario, in ms. */
export const scenarioTimeoutMs = 300_000;

export const scenarios: Readonly<Record<string, SoakScenario>> = {
  'kill-service': { scenario: killService, rounds: 4 },
  'kill-broker': { scenario: killBroker, rounds: 4 },
  'kill-leader': { scenario: killLeader, rounds: 2 },
  'race-for-one-id': { scenario: raceForOneId, rounds: 4 },
  'race-expected-version': { scenario: raceExpectedVersion, rounds: 500 },
  'lost-acks': { scenario: loseAcks, rounds: 5 },
  'lost-batches': { scenario: loseBatches, rounds: 20 },
  'lost-consumers': { scenario: loseConsumers, rounds: 4 },
  'frozen-broker': { scenario: freezeBroker, rounds: 1 },
  'hostile-messages': { scenario: sendHostileMessages, rounds: 1 },
};
