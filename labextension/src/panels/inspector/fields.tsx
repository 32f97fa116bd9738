/** Parts of the inspector's forms. */
import { type ReactNode, useEffect, useState } from 'react';

export function Section(props: {
  readonly title: string;
  readonly open?: boolean;
  readonly children: ReactNode;
}): JSX.Element {
  return (
    <details className="jp-plynx-Section" open={props.open}>
      <summary>{props.title}</summary>
      {props.children}
    </details>
  );
}

/** A line (or some) of text that becomes one edit when it is left. */
export function TextLine(props: {
  readonly label: string;
  readonly text: string;
  readonly long?: boolean;
  readonly readOnly: boolean;
  readonly onChange: (text: string) => void;
}): JSX.Element {
  const { label, text, long, readOnly, onChange } = props;
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  const finish = () => {
    if (typed !== text) {
      onChange(typed);
    }
  };
  const common = {
    className: 'jp-mod-styled',
    value: typed,
    readOnly,
    onBlur: finish,
    onChange: (event: { target: { value: string } }) => setTyped(event.target.value)
  };
  return (
    <label className="jp-plynx-Field">
      <span>{label}</span>
      {long ? (
        <textarea {...common} rows={2} />
      ) : (
        <input {...common} type="text" onKeyDown={event => event.key === 'Enter' && finish()} />
      )}
    </label>
  );
}
