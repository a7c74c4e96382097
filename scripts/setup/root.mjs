/** Says where the checkout and its ignored tools folder are, for every part of the setup. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout that these scripts belong to. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** @param {string} root */
export const toolsFolder = (root) => join(root, '.tools');
