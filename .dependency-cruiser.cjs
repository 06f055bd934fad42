// The order of the rooms, checked by `npm run rooms`: each imports only from itself and from rooms earlier in this list.
const ROOMS = [
  'platform',
  'kernels',
  'tensor',
  'model',
  'checkpoint',
  'hub',
  'text',
  'inference',
  'training',
  'balance',
  'deploy',
  'server',
  'cli',
];

/** Rooms that also run in a browser; only src/platform/node*.ts may know Node. */
const PORTABLE = ROOMS.slice(0, ROOMS.indexOf('training'));

/** Tests and what only tests use: never in the package. */
const TESTS = '[.](test|fixture)[.]ts$|/fixtures/';

const climbing = ROOMS.slice(0, -1).map((room, place) => ({
  name: `${room}-imports-only-downward`,
  comment: `${room} may import only from itself and: ${ROOMS.slice(0, place).join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: `^src/(${ROOMS.slice(place + 1).join('|')}|index[.]ts)` },
}));

module.exports = {
  forbidden: [
    ...climbing,
    {
      name: 'only-known-rooms',
      comment: `a folder below src is one of: ${ROOMS.join(', ')}`,
      severity: 'error',
      from: { path: `^src/(?!(${ROOMS.join('|')})/)[^/]+/` },
      to: {},
    },
    {
      name: 'no-node-in-portable-rooms',
      comment: 'rooms up to inference also run in a browser: go through src/platform instead',
      severity: 'error',
      from: { path: `^src/(${PORTABLE.join('|')})/`, pathNot: ['^src/platform/node[^/]*[.]ts$', TESTS] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'product-outside-src',
      comment: 'src never imports from tests, scripts, bench or examples',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: '^(tests|scripts|bench|examples)/' },
    },
    {
      name: 'product-needs-dev-package',
      comment: 'what src imports must be in "dependencies", else it is missing for users',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Type-only imports count: a room that needs a higher room's types depends on it all the same.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    builtInModules: { add: ['node:ffi'] },
    enhancedResolveOptions: { conditionNames: ['import', 'types', 'node', 'default'], exportsFields: ['exports'] },
  },
};
