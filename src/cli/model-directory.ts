import { fileURLToPath } from 'node:url';

/** The model that comes with the package. */
export const DEFAULT_MODEL = fileURLToPath(new URL('../../models/nano', import.meta.url)).replace(/[\\/]$/, '');
