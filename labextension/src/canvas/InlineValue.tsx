/** The value of an input that no line leads to, edited on the node itself. */
import { type KeyboardEvent, useEffect, useState } from 'react';

import { setPrimitive } from '../model/edits';
import type { Input, Json } from '../model/graph';
import { entered, fieldText } from '../model/parameters';
import { canonicalType } from '../model/types';
import { useCanvas } from './editorContext';

export function InlineValue(props: { readonly id: string; readonly port: Input }): JSX.Element {
  const { id, port } = props;
  const { trans, level, readOnly } = useCanvas();
  const type = canonicalType(port.file_type ?? 'str');
  const value = port.primitive_override ?? null;
  const label = trans.__('Value of %1', port.name);
  const set = (next: Json | undefined) => {
    level.update(setPrimitive(id, port.name, next));
  };
  if (type === 'bool') {
    return (
      <input
        type="checkbox"
        className="nodrag"
        aria-label={label}
        checked={value === true}
        disabled={readOnly}
        onChange={event => set(event.target.checked)}
      />
    );
  }
  const parameterType = type === 'dict' || type === 'list' ? 'json' : type;
  return (
    <TextValue
      label={label}
      readOnly={readOnly}
      text={
        value === null ? '' : fieldText({ name: port.name, parameter_type: parameterType, value })
      }
      take={text => {
        if (text.trim() === '' && type !== 'str') {
          set(undefined);
          return true;
        }
        const found = entered(parameterType, text);
        if ('problem' in found) {
          return false;
        }
        set(found.value);
        return true;
      }}
    />
  );
}

function TextValue(props: {
  readonly label: string;
  readonly text: string;
  readonly readOnly: boolean;
  readonly take: (text: string) => boolean;
}): JSX.Element {
  const [text, setText] = useState(props.text);
  const [isWrong, setIsWrong] = useState(false);
  useEffect(() => {
    setText(props.text);
    setIsWrong(false);
  }, [props.text]);
  const done = () => {
    if (text !== props.text) {
      setIsWrong(!props.take(text));
    }
  };
  return (
    <input
      className="jp-plynx-InlineValue nodrag"
      data-lm-suppress-shortcuts="true"
      aria-label={props.label}
      aria-invalid={isWrong}
      placeholder="…"
      value={text}
      readOnly={props.readOnly}
      onChange={event => setText(event.target.value)}
      onBlur={done}
      onKeyDown={(event: KeyboardEvent<HTMLInputElement>) => {
        event.stopPropagation();
        if (event.key === 'Enter') {
          done();
        } else if (event.key === 'Escape') {
          setText(props.text);
          setIsWrong(false);
          event.currentTarget.blur();
        }
      }}
    />
  );
}
