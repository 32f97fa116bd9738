/** One parameter as a field of a form. */
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useId, useState } from 'react';

import { type Json, type Parameter, textOf } from '../../model/graph';
import { choiceOf, codeOf, entered, fieldText, type Problem } from '../../model/parameters';
import { linesOf } from '../../model/text';
import { CodeField } from './CodeField';

export interface FieldProps {
  readonly parameter: Parameter;
  readonly readOnly: boolean;
  readonly trans: TranslationBundle;
  readonly services: IEditorServices;
  readonly onChange: (value: Json) => void;
}

export function ParameterField(props: FieldProps): JSX.Element {
  const { parameter } = props;
  const id = useId();
  const label = parameter.widget || parameter.name.replace(/^_/, '');
  const help = textOf(parameter.description);
  return (
    <div className="jp-plynx-Field" data-parameter={parameter.name}>
      <label htmlFor={id} title={help || parameter.name}>
        {label}
      </label>
      <Control {...props} id={id} label={label} />
      {help ? <div className="jp-plynx-Field-help">{help}</div> : null}
    </div>
  );
}

type ControlProps = FieldProps & { readonly id: string; readonly label: string };

function Control(props: ControlProps): JSX.Element {
  const { parameter, readOnly, services, onChange, id, label } = props;
  switch (parameter.parameter_type) {
    case 'bool':
      return (
        <input
          id={id}
          type="checkbox"
          checked={parameter.value === true}
          disabled={readOnly}
          onChange={event => onChange(event.target.checked)}
        />
      );
    case 'enum': {
      const { values, index } = choiceOf(parameter.value);
      return (
        <div className="jp-select-wrapper">
          <select
            id={id}
            className="jp-mod-styled"
            value={index}
            disabled={readOnly}
            onChange={event => onChange({ values, index: Number(event.target.value) })}
          >
            {values.map((word, place) => (
              <option key={place} value={place}>
                {word}
              </option>
            ))}
          </select>
        </div>
      );
    }
    case 'code': {
      const { text, mode } = codeOf(parameter.value);
      return (
        <CodeField
          text={text}
          mode={mode}
          label={label}
          readOnly={readOnly}
          services={services}
          onChange={changed => onChange({ mode, value: linesOf(changed) })}
        />
      );
    }
    default:
      return <TextControl {...props} />;
  }
}

/** A field of text. What can't be a value stays in the field, with the reason, and out of the graph. */
function TextControl(props: ControlProps): JSX.Element {
  const { parameter, readOnly, trans, onChange, id } = props;
  const { parameter_type: type = 'str' } = parameter;
  const shown = fieldText(parameter);
  const [text, setText] = useState(shown);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    setText(shown);
    setProblem(null);
  }, [shown]);
  const finish = () => {
    if (text === shown) {
      setProblem(null);
      return;
    }
    const read = entered(type, text);
    if ('problem' in read) {
      setProblem(read.problem);
    } else {
      setProblem(null);
      onChange(read.value);
    }
  };
  const common = {
    id,
    value: text,
    readOnly,
    className: 'jp-mod-styled',
    'aria-invalid': problem !== null,
    'aria-describedby': problem ? `${id}-problem` : undefined,
    onChange: (event: { target: { value: string } }) => setText(event.target.value),
    onBlur: finish
  };
  const isLong = !['str', 'int', 'float', 'color'].includes(type);
  return (
    <>
      {isLong ? (
        <textarea {...common} rows={Math.min(8, Math.max(2, text.split('\n').length))} />
      ) : (
        <input
          {...common}
          type="text"
          inputMode={type === 'int' || type === 'float' ? 'decimal' : 'text'}
          spellCheck={false}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              finish();
            } else if (event.key === 'Escape') {
              setText(shown);
              setProblem(null);
            }
          }}
        />
      )}
      {problem ? (
        <div id={`${id}-problem`} className="jp-plynx-Field-problem" role="alert">
          {problemText(problem, trans)}
        </div>
      ) : null}
    </>
  );
}

function problemText(problem: Problem, trans: TranslationBundle): string {
  switch (problem) {
    case 'not_an_integer':
      return trans.__('This takes a whole number.');
    case 'not_a_number':
      return trans.__('This takes a number, such as 0.5 or 1e-3.');
    case 'not_a_color':
      return trans.__('This takes a colour, such as #1f77b4.');
    case 'lines_not_integers':
      return trans.__('This takes a whole number on each line.');
    case 'not_json':
      return trans.__('This is not JSON.');
  }
}
