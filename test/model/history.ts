/** Operations with their responses, and the interval in which each must have taken effect. */

import type { LaptopCommand } from './commands.ts';

type Interval = {
  readonly id: number;
  /** `performance.now()` before the request was sent and after the response was complete, in ms. */
  readonly began: number;
  readonly ended: number;
};

export type Write = Interval & {
  readonly kind: 'write';
  readonly command: LaptopCommand;
  readonly messageId: string;
  readonly status: number;
  /** `Stream-Position` of the response. */
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
