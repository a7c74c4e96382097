/** All scenarios by name, in the order of the report. */

import type { Scenario } from './scenario.ts';
import { asOf } from './scenarios/as-of.ts';
import { boot } from './scenarios/boot.ts';
import { general } from './scenarios/general.ts';
import { history } from './scenarios/history.ts';
import { importLaptops } from './scenarios/import.ts';
import { list } from './scenarios/list.ts';
import { memory } from './scenarios/memory.ts';
import { mixed } from './scenarios/mixed.ts';
import { natsRequest } from './scenarios/nats-request.ts';
import { page } from './scenarios/page.ts';
import { readOne } from './scenarios/read-one.ts';
import { replayEvents } from './scenarios/replay.ts';
import { serverSentEvents } from './scenarios/sse.ts';
import { tail } from './scenarios/tail.ts';
import { visible } from './scenarios/visible.ts';
import { write } from './scenarios/write.ts';

export const scenarios: Readonly<Record<string, Scenario>> = {
  'read-one': readOne,
  general,
  list,
  write,
  mixed,
  'nats-request': natsRequest,
  import: importLaptops,
  replay: replayEvents,
  boot,
  memory,
  visible,
  tail,
  sse: serverSentEvents,
  'as-of': asOf,
  history,
  page,
};
