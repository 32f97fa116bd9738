/** Which folder may import which; see "The house" in CONTRIBUTING.md. */
const foreign = '^(@jupyter|@lumino|react|@xyflow|yjs|elkjs)';

module.exports = {
  forbidden: [
    {
      name: 'model-is-pure',
      comment: 'The model is plain TypeScript.',
      severity: 'error',
      from: { path: '^labextension/src/model' },
      to: {
        path: [
          '^labextension/src/(?!model)',
          'node_modules/(@jupyter|@lumino|react|@xyflow|yjs|elkjs)',
          foreign
        ]
      }
    },
    {
      name: 'document-knows-no-screen',
      severity: 'error',
      from: { path: '^labextension/src/document' },
      to: { path: '^labextension/src/(canvas|panels|previews|components|commands|plugins)' }
    },
    {
      name: 'services-know-no-screen',
      severity: 'error',
      from: { path: '^labextension/src/services' },
      to: {
        path: '^labextension/src/(canvas|panels|previews|components|commands|plugins|document)'
      }
    },
    {
      name: 'canvas-and-panels-are-strangers',
      severity: 'error',
      from: { path: '^labextension/src/(canvas|panels)/' },
      to: { path: '^labextension/src/(canvas|panels)/', pathNot: '^labextension/src/$1/' }
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default']
    }
  }
};
