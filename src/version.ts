/** The version of this package; `npm run check:package` holds it equal to package.json. */
export const version = '0.1.0';
