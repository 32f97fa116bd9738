/** How far away the canvas is looked at from: what can't be read isn't drawn. */
import { useStore } from '@xyflow/react';

/** Below these zooms only titles can be read, and below the second one nothing. */
const DETAIL_ZOOM = 0.35;
const TITLE_ZOOM = 0.2;

export type Distance = 'near' | 'far' | 'farther';

const distanceOf = ({
  transform
}: {
  readonly transform: readonly [number, number, number];
}): Distance => {
  const [, , zoom] = transform;
  return zoom >= DETAIL_ZOOM ? 'near' : zoom >= TITLE_ZOOM ? 'far' : 'farther';
};

export function useDistance(): Distance {
  return useStore(distanceOf);
}
