/** A MIME bundle, shown by JupyterLab's own renderers. */
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { PartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';
import { useLayoutEffect, useRef } from 'react';

export function MimeView(props: {
  readonly data: PartialJSONObject;
  readonly rendermime: IRenderMimeRegistry;
  readonly onRendered?: () => void;
}): JSX.Element {
  const { data, rendermime } = props;
  const host = useRef<HTMLDivElement>(null);
  const rendered = useRef(props.onRendered);
  rendered.current = props.onRendered;
  // Lumino wants its widgets to go before the place where they are.
  useLayoutEffect(() => {
    const type = rendermime.preferredMimeType(data as never, 'ensure');
    if (!host.current || !type) {
      return undefined;
    }
    const widget = rendermime.createRenderer(type);
    // Nothing that users made is trusted: no scripts, no styles of its own.
    const model = rendermime.createModel({ data, trusted: false });
    Widget.attach(widget, host.current);
    void widget.renderModel(model).then(() => rendered.current?.());
    return () => {
      widget.dispose();
    };
  }, [data, rendermime]);
  return <div ref={host} className="jp-plynx-MimeView" />;
}
