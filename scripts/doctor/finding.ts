/** What a check found: a line for a person, an object for a program. */

type Found = {
  /** What was looked at: `stream LAPTOPS`. */
  readonly name: string;
  /** What was seen; more than one line when there is a list to show. */
  readonly detail: string;
};

/** A `failure` needs a person; a `warning` is worth a look, or could not be found out. */
export type Finding =
  | (Found & { readonly verdict: 'ok' })
  | (Found & { readonly verdict: 'warning' | 'failure'; readonly remedy: string });

export function ok(name: string, detail: string): Finding {
  return { name, verdict: 'ok', detail };
}

/** @param remedy what to do about it. */
export function warning(name: string, detail: string, remedy: string): Finding {
  return { name, verdict: 'warning', detail, remedy };
}

/** @param remedy what to do about it. */
export function failure(name: string, detail: string, remedy: string): Finding {
  return { name, verdict: 'failure', detail, remedy };
}

/** Never rejects: a check that cannot be carried out is a finding too, and stops no other. */
export async function executeCommand(
  name: string,
  check: () => Promise<Finding | readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return [await check()].flat();
  } catch (error) {
    return [
      failure(
        name,
        `could not be checked: ${describeError(error)}`,
        'the broker may be busy, or the account of NATS_CREDS may not be allowed to ask',
      ),
    ];
  }
}

export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
