/** The canvas, whose code is fetched when the first graph is opened. */
import { lazy, Suspense } from 'react';

import type { GraphCanvasProps } from '../canvas/GraphCanvas';

const GraphCanvas = lazy(async () => {
  const module = await import('../canvas/GraphCanvas');
  return { default: module.GraphCanvas };
});

export function LazyCanvas(props: GraphCanvasProps): JSX.Element {
  return (
    <Suspense fallback={<div className="jp-plynx-Loading" />}>
      <GraphCanvas {...props} />
    </Suspense>
  );
}
