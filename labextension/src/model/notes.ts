/** Notes that people stick onto a graph. They say something to people, and nothing to a run. */
import type { Edit, Graph, Note, Position } from './graph';

export const NOTE_SIZE = { width: 200, height: 100 };

export function notesOf(graph: Graph): readonly Note[] {
  return graph.notes ?? NONE;
}

const NONE: readonly Note[] = [];

export function addNote(note: Note): Edit {
  return graph => ({ ...graph, notes: [...notesOf(graph), note] });
}

export function changeNote(id: string, change: Partial<Omit<Note, '_id'>>): Edit {
  return mapNotes(note => (note._id === id ? { ...note, ...change } : note));
}

export function moveNotes(positions: ReadonlyMap<string, Position>): Edit {
  return mapNotes(note => {
    const to = positions.get(note._id);
    return to ? { ...note, x: to.x, y: to.y } : note;
  });
}

export function removeNotes(ids: ReadonlySet<string>): Edit {
  return graph => {
    const left = notesOf(graph).filter(note => !ids.has(note._id));
    if (left.length === notesOf(graph).length) {
      return graph;
    }
    const { notes: _, ...others } = graph;
    return left.length > 0 ? { ...others, notes: left } : others;
  };
}

function mapNotes(change: (note: Note) => Note): Edit {
  return graph => {
    const before = notesOf(graph);
    const after = before.map(note => {
      const changed = change(note);
      return sameNote(note, changed) ? note : changed;
    });
    return after.every((note, index) => note === before[index])
      ? graph
      : { ...graph, notes: after };
  };
}

function sameNote(one: Note, other: Note): boolean {
  return (['text', 'x', 'y', 'width', 'height'] as const).every(name => one[name] === other[name]);
}
