import { describe, expect, it } from 'vitest';

import { choiceOf, codeOf, entered, fieldText } from './parameters';

describe('a field', () => {
  it.each([
    ['int', '12', 12],
    ['int', ' -3 ', -3],
    ['int', '007', 7],
    ['int', '12345678901234567890', { $number: '12345678901234567890' }],
    ['float', '1e-3', 0.001],
    ['float', '.5', 0.5],
    ['str', ' kept ', ' kept '],
    ['text', 'a\nb', ['a\n', 'b']],
    ['color', '#ff0000', '#ff0000'],
    ['list_str', 'a\nb', ['a', 'b']],
    ['list_str', '', []],
    ['list_int', '1\n\n2\n', [1, 2]],
    ['json', '{"a": 1}', { a: 1 }]
  ])('of type %s takes %j', (type, text, value) => {
    expect(entered(type, text)).toEqual({ value });
  });

  it.each([
    ['int', '1.5'],
    ['int', ''],
    ['float', 'much'],
    ['float', '1e'],
    ['color', 'red'],
    ['list_int', '1\nx'],
    ['json', '{']
  ])('of type %s refuses %j', (type, text) => {
    expect(entered(type, text)).toHaveProperty('problem');
  });

  it.each([
    ['int', 3, '3'],
    ['float', { $number: '1.0' }, '1.0'],
    ['text', ['a\n', 'b'], 'a\nb'],
    ['list_int', [1, 2], '1\n2'],
    ['odd', { a: 1 }, '{\n "a": 1\n}'],
    ['str', undefined, '']
  ])('of type %s shows %j as %j', (type, value, text) => {
    expect(
      fieldText({ name: 'p', parameter_type: type, ...(value === undefined ? {} : { value }) })
    ).toBe(text);
  });

  it('understands enums and code, also odd ones', () => {
    expect(choiceOf({ values: ['a', 'b'], index: 1 })).toEqual({ values: ['a', 'b'], index: 1 });
    expect(choiceOf('odd')).toEqual({ values: [], index: 0 });
    expect(codeOf({ mode: 'bash', value: ['a\n', 'b'] })).toEqual({ text: 'a\nb', mode: 'bash' });
    expect(codeOf(undefined)).toEqual({ text: '', mode: 'python' });
  });
});
