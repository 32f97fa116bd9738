/** Colours of the types of artifacts: from the theme, so that they suit it. */
import { canonicalType, isRaw } from '../model/types';

const COLORS: Readonly<Record<string, string>> = {
  csv: '--jp-success-color1',
  tsv: '--jp-success-color1',
  parquet: '--jp-success-color1',
  dataframe: '--jp-success-color1',
  image: '--jp-warn-color1',
  pdf: '--jp-warn-color1',
  html: '--jp-warn-color1',
  json: '--jp-info-color1',
  notebook: '--jp-accent-color1',
  directory: '--jp-ui-font-color2'
};

/** The colour of a port. */
export function typeColor(fileType: string): string {
  const name = canonicalType(fileType);
  const known = Object.hasOwn(COLORS, name) ? COLORS[name] : undefined;
  return `var(${known ?? (isRaw(name) ? '--jp-brand-color1' : '--jp-ui-font-color2')})`;
}
