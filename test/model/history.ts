/** What was asked of the services and what they answered, with the times between which each must have happened. */

import type { LaptopCommand } from '../../src/laptops/laptop.ts';

type Interval = {
  readonly id: number;
  /** Milliseconds on this process's clock, before the request went out and after its answer was complete. */
  readonly began: number;
  readonly ended: number;
};

export type Write = Interval & {
  readonly kind: 'write';
  readonly command: LaptopCommand;
  readonly messageId: string;
  readonly status: number;
  /** `Stream-Position` of the answer. */
  readonly position: number | undefined;
  readonly body: unknown;
};

/** A read that waited for `latest`. */
export type Read = Interval & {
  readonly kind: 'read';
  readonly status: number;
  readonly position: number;
  readonly body: unknown;
};

export type Operation = Write | Read;
