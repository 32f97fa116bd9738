/** A note on the canvas: text that people write for each other, shown as text. */
import { type NodeProps, NodeResizer } from '@xyflow/react';
import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react';

import { changeNote } from '../model/notes';
import { useCanvas } from './editorContext';
import type { NoteFlowNode } from './toFlow';

export const NoteNode = memo(function NoteNode(props: NodeProps<NoteFlowNode>): JSX.Element {
  const { note } = props.data;
  const { trans, level, readOnly } = useCanvas();
  const [isEdited, setIsEdited] = useState(note.text === '' && !readOnly);
  return (
    <div className="jp-plynx-Note" data-testid={`note-${note._id}`} data-note-id={note._id}>
      <NodeResizer
        isVisible={props.selected && !readOnly}
        minWidth={100}
        minHeight={50}
        onResizeEnd={(_, { x, y, width, height }) =>
          level.update(
            changeNote(note._id, {
              x: Math.round(x),
              y: Math.round(y),
              width: Math.round(width),
              height: Math.round(height)
            })
          )
        }
      />
      {isEdited ? (
        <NoteText
          text={note.text}
          label={trans.__('Text of the note')}
          onDone={text => {
            setIsEdited(false);
            level.update(changeNote(note._id, { text }));
          }}
        />
      ) : (
        <div
          className="jp-plynx-Note-text"
          onDoubleClick={event => {
            event.stopPropagation();
            setIsEdited(!readOnly);
          }}
        >
          {note.text || (
            <span className="jp-plynx-Note-hint">{trans.__('Double-click to write')}</span>
          )}
        </div>
      )}
    </div>
  );
});

function NoteText(props: {
  readonly text: string;
  readonly label: string;
  readonly onDone: (text: string) => void;
}): JSX.Element {
  const [text, setText] = useState(props.text);
  const field = useRef<HTMLTextAreaElement>(null);
  const isDone = useRef(false);
  useEffect(() => {
    field.current?.focus();
  }, []);
  const done = (value: string) => {
    if (!isDone.current) {
      isDone.current = true;
      props.onDone(value);
    }
  };
  return (
    <textarea
      ref={field}
      className="jp-plynx-Note-field nodrag nowheel"
      data-lm-suppress-shortcuts="true"
      aria-label={props.label}
      value={text}
      onChange={event => setText(event.target.value)}
      onBlur={() => done(text)}
      onKeyDown={(event: KeyboardEvent) => {
        event.stopPropagation();
        if (event.key === 'Escape') {
          done(props.text);
        } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          done(text);
        }
      }}
    />
  );
}
