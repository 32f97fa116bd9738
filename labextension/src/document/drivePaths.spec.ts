import { describe, expect, it } from 'vitest';

import { executedPath, graphPath, placeAt, runPath, titleOf } from './drivePaths';

describe('a path of the drive', () => {
  it.each(['Plain', 'a/b: c', 'v1.2 of it', 'runs', 'Größe ☃', '.plynx'])(
    'names a graph by its id, and shows its title: %s',
    title => {
      const path = graphPath('66a0', title);
      expect(path.split('/')).toHaveLength(2);
      expect(placeAt(path)).toEqual({ kind: 'graph', id: '66a0' });
      expect(titleOf(path)).toBe(title);
    }
  );

  it('has a name where the graph has none', () => {
    expect(graphPath('66a0', '  ')).toBe('66a0/Untitled.plynx');
  });

  it('names runs, executed notebooks and folders', () => {
    expect(placeAt(runPath('77b1', 'A/B'))).toEqual({ kind: 'run', id: '77b1' });
    expect(placeAt(executedPath('77b1', 'outer/inner'))).toEqual({
      kind: 'executed',
      run: '77b1',
      node: 'outer/inner'
    });
    for (const name of ['', 'runs', 'runs/77b1', '66a0', 'executed/77b1']) {
      expect(placeAt(name)).toEqual({ kind: 'folder', name });
    }
    expect(placeAt('/66a0')).toEqual({ kind: 'folder', name: '66a0' });
  });

  it('is nothing where it is not one of these', () => {
    expect(placeAt('notes.txt')).toBeNull();
    expect(placeAt('a/b/c.plynx')).toBeNull();
  });

  it('gives the title when it is renamed', () => {
    expect(titleOf('66a0/New.plynx')).toBe('New');
    expect(titleOf('66a0/New name')).toBe('New name');
    expect(titleOf('66a0/v1.2')).toBe('v1.2');
  });
});
