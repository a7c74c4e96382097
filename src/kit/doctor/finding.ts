import { messageOf } from '../domain/error-message.ts';
type Observation = {
  /** Subject of the check, for example `stream LAPTOPS`. */
  readonly name: string;
  /** The result. Can have several lines. */
  readonly detail: string;
};

/** A `failure` requires action. A `warning` may require action, or the check was not possible. */
export type Finding =
  | (Observation & { readonly verdict: 'ok' })
  | (Observation & { readonly verdict: 'warning' | 'failure'; readonly remedy: string });

export function ok(name: string, detail: string): Finding {
  return { name, verdict: 'ok', detail };
}

/** @param remedy the recommended action. */
export function warning(name: string, detail: string, remedy: string): Finding {
  return { name, verdict: 'warning', detail, remedy };
}

/** @param remedy the recommended action. */
export function failure(name: string, detail: string, remedy: string): Finding {
  return { name, verdict: 'failure', detail, remedy };
}

/** Never rejects: an error in a check is reported as a finding, so that the other checks still run. */
export async function runCheck(
  name: string,
  check: () => Promise<Finding | readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return [await check()].flat();
  } catch (error) {
    return [
      failure(
        name,
        `could not be checked: ${messageOf(error)}`,
        'the broker may be overloaded, or the account of NATS_CREDS may lack the required permissions',
      ),
    ];
  }
}
