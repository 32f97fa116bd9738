import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { moveNodes, setTitle } from './edits';
import { DocumentError, linesOf, readGraph, writeGraph } from './text';

const EXAMPLE = readFileSync('examples/wdbc/wdbc.plynx', 'utf8');
const CASES = 'tests/cases/documents';

describe('the text of a document', () => {
  it('is the same after reading and writing it', () => {
    expect(writeGraph(readGraph(EXAMPLE))).toBe(EXAMPLE);
  });

  it.each(readdirSync(CASES))('is the same as Python writes it: %s', name => {
    const text = readFileSync(join(CASES, name), 'utf8');
    expect(writeGraph(readGraph(text))).toBe(text);
  });

  it('changes in as few lines as the graph does', () => {
    const graph = readGraph(EXAMPLE);
    const moved = moveNodes(new Map([[graph.nodes[0]?._id ?? '', { x: 1234, y: 5 }]]))(graph);
    const before = EXAMPLE.split('\n');
    const after = writeGraph(setTitle('Other')(moved)).split('\n');
    expect(after.filter(line => !before.includes(line))).toHaveLength(3);
  });

  it('keeps numbers that JavaScript would write otherwise', () => {
    const text =
      '{\n "plynx": 1,\n "_id": "g",\n "big": 9007199254740993,\n "one": 1.0,\n "tiny": 1e-07\n}';
    const written = writeGraph(readGraph(text));
    expect(written).toContain('9007199254740993');
    expect(written).toContain('"one": 1.0');
    expect(written).toContain('1e-07');
  });
});

describe('a document that cannot be read', () => {
  it.each([
    ['{\n "_id": "g",\n "nodes": [\n  {"_id": "a", "ki', 4],
    ['{"_id": "g",,}', 1],
    ['', 1]
  ])('says where it is broken: %j', (text, line) => {
    const error = thrown(() => readGraph(text));
    expect(error.line).toBe(line);
    expect(error.message).toMatch(/^Line \d+, column \d+: /);
  });

  it('says everything that is wrong with its fields', () => {
    const error = thrown(() =>
      readGraph(
        '{"_id": 1, "nodes": [3, {"_id": "a", "inputs": {}}, {"_id": "b", "kind": "x", "outputs": [1]}]}'
      )
    );
    expect(error.message.split('\n')).toEqual([
      '_id must be text.',
      'nodes[0] must be an object.',
      'nodes[1].kind must be text.',
      'nodes[1].inputs must be a list.',
      'nodes[2].outputs[0].name must be text.'
    ]);
  });

  it('of a newer version is refused', () => {
    expect(thrown(() => readGraph('{"plynx": 99, "_id": "g"}')).message).toContain('newer version');
  });
});

describe('text of several lines', () => {
  it.each([
    ['one', 'one'],
    ['one\n', ['one\n']],
    ['one\ntwo', ['one\n', 'two']],
    ['', ''],
    ['\n\n', ['\n', '\n']]
  ])('%j is written as %j', (text, written) => {
    expect(linesOf(text)).toEqual(written);
  });
});

function thrown(call: () => unknown): DocumentError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(DocumentError);
    return error as DocumentError;
  }
  throw new Error('nothing was thrown');
}
