import { describe, expect, it } from 'vitest';

import { problemsOf } from './problems';

const leaf = (target: string, object_id: string, message?: string) => ({
  target,
  object_id,
  validation_code: 'MISSING_INPUT',
  ...(message ? { message } : {})
});

describe('the problems of a graph', () => {
  it('are the leaves of the tree, each with the node around it', () => {
    const tree = {
      target: 'GRAPH',
      object_id: 'g',
      validation_code: 'IN_DEPENDENTS',
      message: 'Graph has 3 problems.',
      children: [
        leaf('PROPERTY', 'title', 'No title.'),
        {
          target: 'NODE',
          object_id: 'outer/inner',
          validation_code: 'IN_DEPENDENTS',
          children: [
            leaf('INPUT', 'data', "Graph 'G', node 'N' (outer/inner): input 'data' is missing."),
            leaf('INPUT', 'other')
          ]
        }
      ]
    };
    expect(problemsOf(tree)).toEqual([
      { node: null, code: 'MISSING_INPUT', message: 'No title.' },
      { node: 'outer/inner', code: 'MISSING_INPUT', message: "Input 'data' is missing." },
      { node: 'outer/inner', code: 'MISSING_INPUT', message: 'MISSING_INPUT' }
    ]);
  });

  it('are none where there is no error', () => {
    expect(problemsOf(null)).toEqual([]);
  });
});
