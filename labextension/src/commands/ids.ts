/** The names of all commands. */
export const CommandIDs = {
  newGraph: 'plynx:new-graph',
  run: 'plynx:run',
  runUntilHere: 'plynx:run-until-here',
  runFromHere: 'plynx:run-from-here',
  runWithoutCache: 'plynx:run-without-cache',
  cancel: 'plynx:cancel-run',
  undo: 'plynx:undo',
  redo: 'plynx:redo',
  deleteSelection: 'plynx:delete-selection',
  duplicate: 'plynx:duplicate',
  copy: 'plynx:copy',
  cut: 'plynx:cut',
  paste: 'plynx:paste',
  selectAll: 'plynx:select-all',
  fit: 'plynx:zoom-to-fit',
  inspect: 'plynx:show-properties',
  layout: 'plynx:layout',
  openAsText: 'plynx:open-as-text'
} as const;
