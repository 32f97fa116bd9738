/** The canvas, whose code is fetched when the first graph is opened. */
import { lazy, Suspense } from 'react';

import type { GraphCanvasProps } from '../canvas/GraphCanvas';
import type { Events } from '../services/events';
import { Boundary } from '../components/Boundary';
import type { DrawerProps } from '../panels/drawer/Drawer';
import { Palette } from '../panels/palette/Palette';
import { Banner } from './Banner';
import type { PaletteRequest } from './paletteRequests';
import { Tour } from './Tour';

const GraphCanvas = lazy(async () => {
  const module = await import('../canvas/GraphCanvas');
  return { default: module.GraphCanvas };
});

const Drawer = lazy(async () => {
  const module = await import('../panels/drawer/Drawer');
  return { default: module.Drawer };
});

export interface LazyCanvasProps extends Omit<GraphCanvasProps, 'plan'>, DrawerProps {
  readonly events: Events;
  readonly palette: PaletteRequest | null;
  readonly onPaletteClosed: () => void;
  readonly isTouring: boolean;
  readonly onTourClosed: () => void;
}

/** The canvas, and below it the drawer. */
export function LazyCanvas(props: LazyCanvasProps): JSX.Element {
  const { trans, palette } = props;
  return (
    <Suspense fallback={<div className="jp-plynx-Loading" />}>
      <div className="jp-plynx-Editor">
        <Banner {...props} />
        <Boundary title={trans.__('The graph could not be drawn')} retry={trans.__('Try again')}>
          <GraphCanvas {...props} />
        </Boundary>
        <Boundary title={trans.__('This could not be shown')} retry={trans.__('Try again')}>
          <Drawer {...props} />
        </Boundary>
        {props.isTouring ? <Tour trans={trans} onClose={props.onTourClosed} /> : null}
        {palette ? (
          <Palette {...palette} key={palette.key} trans={trans} onClose={props.onPaletteClosed} />
        ) : null}
      </div>
    </Suspense>
  );
}
