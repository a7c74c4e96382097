import type { ServiceIdentity } from '../../domain/product.ts';
import type { Logger } from './logger.ts';
import type { Tracing } from './tracing.ts';

/** Returns undefined, without loading the tracing libraries, if no collector is configured. */
export async function openTracing(
  service: ServiceIdentity,
  { isTraced }: { readonly isTraced: boolean },
  logger: Logger,
): Promise<Tracing | undefined> {
  if (!isTraced) return undefined;
  const { createTracing } = await import('./open-telemetry.ts');
  return createTracing(service, logger);
}
