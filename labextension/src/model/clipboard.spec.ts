import { describe, expect, it } from 'vitest';

import { fromClipboard, toClipboard } from './clipboard';

describe('the clipboard', () => {
  it('brings nodes along as they are', () => {
    const nodes = [{ _id: 'a', kind: 'python', strange: { x: 1 } }];
    expect(fromClipboard(toClipboard(nodes))).toEqual(nodes);
  });

  it.each(['', 'hello', '{', '{"_id": "g", "nodes": [{"_id": "a", "kind": "x"}]}', '[1]'])(
    'holds no nodes in other text: %j',
    text => {
      expect(fromClipboard(text)).toBeNull();
    }
  );
});
