import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root folder of the checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Returns the git-ignored folder for installed tools.
 * @param {string} root
 */
export const toolsFolder = (root) => join(root, '.tools');
