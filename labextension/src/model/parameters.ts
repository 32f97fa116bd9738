/** What people type for a parameter, and what it means: the rules of plynx_jupyter/graph/parameter_values.py. */
import { type Json, numberOf, type Parameter, textOf, type WrittenNumber } from './graph';
import { linesOf } from './text';

/** A parameter that says how a node is run rather than what it does. */
export function isSystem(parameter: Parameter): boolean {
  return parameter.name.startsWith('_');
}

/** Whether a form shows the parameter. */
export function isShown(parameter: Parameter): boolean {
  return parameter.widget !== null && parameter.parameter_type !== 'list_node';
}

/** The choices of an enum and which of them is chosen. */
export interface Choice {
  readonly values: readonly string[];
  readonly index: number;
}

export function choiceOf(value: Json | undefined): Choice {
  const held = value as { values?: Json; index?: Json } | null | undefined;
  const values = Array.isArray(held?.values)
    ? held.values.filter((word): word is string => typeof word === 'string')
    : [];
  return { values, index: numberOf(held?.index) ?? 0 };
}

/** The text of a parameter of code, and its language. */
export function codeOf(value: Json | undefined): { readonly text: string; readonly mode: string } {
  const held = value as { value?: Json; mode?: Json } | null | undefined;
  return { text: textOf(held?.value), mode: typeof held?.mode === 'string' ? held.mode : 'python' };
}

/** A value as people edit it in a field of text. */
export function fieldText(parameter: Parameter): string {
  const { value, parameter_type: type = 'str' } = parameter;
  switch (type) {
    case 'text':
      return textOf(value);
    case 'list_str':
    case 'list_int':
      return Array.isArray(value) ? value.map(plain).join('\n') : '';
    case 'str':
    case 'int':
    case 'float':
    case 'color':
      return plain(value ?? '');
    default:
      return JSON.stringify(value ?? null, null, 1);
  }
}

/** What was typed, as a value; or why it isn't one. */
export type Entered = { readonly value: Json } | { readonly problem: Problem };

export type Problem =
  'not_an_integer' | 'not_a_number' | 'not_a_color' | 'not_json' | 'lines_not_integers';

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const COLOR = /^#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

export function entered(type: string, text: string): Entered {
  const trimmed = text.trim();
  switch (type) {
    case 'str':
      return { value: text };
    case 'text':
      return { value: linesOf(text) };
    case 'int':
      return INTEGER.test(trimmed) ? { value: integer(trimmed) } : { problem: 'not_an_integer' };
    case 'float':
      return NUMBER.test(trimmed) ? { value: Number(trimmed) } : { problem: 'not_a_number' };
    case 'color':
      return COLOR.test(trimmed) ? { value: trimmed } : { problem: 'not_a_color' };
    case 'list_str':
      return { value: text === '' ? [] : text.split('\n') };
    case 'list_int': {
      const lines = text.split('\n').filter(line => line.trim() !== '');
      return lines.every(line => INTEGER.test(line.trim()))
        ? { value: lines.map(line => integer(line.trim())) }
        : { problem: 'lines_not_integers' };
    }
    default:
      try {
        return { value: JSON.parse(text) as Json };
      } catch {
        return { problem: 'not_json' };
      }
  }
}

/** A whole number, of any length. */
function integer(text: string): Json {
  const plainText = text.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1');
  const value = Number(plainText);
  return String(value) === plainText ? value : { $number: plainText };
}

function plain(value: Json): string {
  const written = (value as Partial<WrittenNumber> | null)?.$number;
  if (typeof written === 'string') {
    return written;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
