/** Code, in JupyterLab's own editor. */
import { CodeEditor, type IEditorServices } from '@jupyterlab/codeeditor';
import { useEffect, useRef } from 'react';

const PAUSE = 400;

const MIME: Readonly<Record<string, string>> = {
  python: 'text/x-python',
  bash: 'text/x-sh',
  ipynb: 'application/json'
};

export function CodeField(props: {
  readonly text: string;
  readonly mode: string;
  readonly label: string;
  readonly readOnly: boolean;
  readonly services: IEditorServices;
  /** Called when typing pauses, and when the field is left. */
  readonly onChange: (text: string) => void;
}): JSX.Element {
  const { text, mode, label, readOnly, services, onChange } = props;
  const host = useRef<HTMLDivElement>(null);
  const model = useRef<CodeEditor.Model | null>(null);
  const change = useRef(onChange);
  change.current = onChange;
  const last = useRef(text);

  useEffect(() => {
    if (!host.current) {
      return undefined;
    }
    const made = new CodeEditor.Model({ mimeType: MIME[mode] ?? 'text/plain' });
    made.sharedModel.setSource(last.current);
    const editor = services.factoryService.newInlineEditor({
      host: host.current,
      model: made,
      config: { lineNumbers: true, readOnly, lineWrap: false }
    });
    host.current.querySelector('.cm-content')?.setAttribute('aria-label', label);
    let timer = 0;
    const tell = () => {
      window.clearTimeout(timer);
      const now = made.sharedModel.getSource();
      if (now !== last.current) {
        last.current = now;
        change.current(now);
      }
    };
    const wait = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(tell, PAUSE);
    };
    made.sharedModel.changed.connect(wait);
    host.current.addEventListener('focusout', tell);
    model.current = made;
    const { current: element } = host;
    return () => {
      tell();
      element.removeEventListener('focusout', tell);
      model.current = null;
      editor.dispose();
      made.dispose();
    };
  }, [mode, readOnly, services, label]);

  useEffect(() => {
    // What was changed elsewhere, or undone.
    if (text !== last.current) {
      last.current = text;
      model.current?.sharedModel.setSource(text);
    }
  }, [text]);

  return <div ref={host} className="jp-plynx-CodeField" role="group" aria-label={label} />;
}
