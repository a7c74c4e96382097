/** Reads entities from the stream: a few of them one by one, and many by reading the whole stream into memory. */

import type { DomainEvent } from '../../../src/kit/domain/decider.ts';
import type { Entity } from '../../../src/kit/domain/entity.ts';
import { Problem } from '../../../src/kit/domain/problem.ts';
import { createEntityReader, type EntityReaderOptions } from './entity-reader.ts';
import { openEntityView, type EntityView, type EntityViewOptions } from './entity-view.ts';

export type Entities<State> = {
  /** Returns the entity, including every message acknowledged before the call. @throws Problem `unavailable` */
  load(id: number): Promise<Entity<State>>;
  /** Whether `load` costs nothing but a question that it shares with other rows. */
  readonly isInMemory: boolean;
  close(): Promise<void>;
};

/** So many entities are read one by one in any case. */
const minSingleReads = 8;

/** Reading this many messages in order takes as long as reading one entity by itself. */
const messagesPerRead = 500;

/** A larger stream is not read into memory. At 300 bytes an entity, this many need 1.5 GB. */
const maxEntities = 5_000_000;

/**
 * The stream is read once as many entities were read by themselves as would have taken the same time. So an import takes at
 * most about twice as long as with the better of the two ways, for a small file and a large stream as well as for a large file.
 */
export function createEntities<State, Event extends DomainEvent>(
  options: EntityReaderOptions<State, Event> & EntityViewOptions<State, Event>,
): Entities<State> {
  const { jsm, stream } = options;
  const readSingly = createEntityReader(options);
  let reads = 0;
  let threshold: Promise<number> | undefined;
  let opening: Promise<EntityView<State>> | undefined;
  let view: EntityView<State> | undefined;

  /** Returns the number of reads from which the whole stream is read. */
  async function findThreshold(): Promise<number> {
    const { messages, num_subjects: entities = 0 } = (await jsm.streams.info(stream)).state;
    return entities > maxEntities ? Infinity : messages / messagesPerRead;
  }

  /** Returns undefined if entities are to be read one by one. */
  async function openView(): Promise<EntityView<State> | undefined> {
    try {
      threshold ??= findThreshold();
      if (reads < (await threshold)) return undefined;
      opening ??= openEntityView(options);
      return await opening;
    } catch (cause) {
      threshold = undefined;
      opening = undefined;
      throw cause instanceof Problem
        ? cause
        : new Problem('unavailable', 'The broker does not respond.', { cause });
    }
  }

  return {
    async load(id) {
      reads += 1;
      if (reads > minSingleReads) view ??= await openView();
      return view === undefined ? readSingly(id) : view.load(id);
    },
    get isInMemory() {
      return view !== undefined;
    },
    async close() {
      const opened = await opening?.catch(() => undefined);
      await opened?.close();
    },
  };
}
