import { Problem } from '../../domain/problem.ts';
import type { ReadContext } from './operation.ts';

/**
 * Checks the escapes of the path and the query, which the router and the query parser would accept in any form. Node.js has
 * already rejected a URL with bytes that are not ASCII.
 *
 * @throws Problem `malformed` if one of them does not decode to UTF-8, or contains U+0000.
 */
export function checkTarget({ path, querystring }: Pick<ReadContext, 'path' | 'querystring'>): void {
  if (path.includes('%')) assertDecodable('path', path);
  if (querystring.includes('%')) assertDecodable('query', querystring);
}

function assertDecodable(part: string, text: string): void {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    const detail = `The ${part} contains a percent-encoding that is not valid UTF-8. Send é as %C3%A9, and % itself as %25.`;
    throw new Problem('malformed', detail);
  }
  if (decoded.includes('\0'))
    throw new Problem('malformed', `The ${part} contains the character U+0000 (%00).`);
}
