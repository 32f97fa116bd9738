/** Running graphs, and what can be done with a run. */
import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { fastForwardIcon, refreshIcon, runIcon, stopIcon } from '@jupyterlab/ui-components';

import type { TranslationBundle } from '@jupyterlab/translation';

import type { GraphEditor } from '../editor/graphEditor';
import { newId } from '../model/ids';
import { problemsOf } from '../model/problems';
import { isFinal } from '../model/runStatus';
import { writeGraph } from '../model/text';
import { runnable } from '../model/topology';
import { RequestError } from '../services/request';
import type { IPlynxServer } from '../services/plynxServer';
import type { RunOptions } from '../services/runs';
import { CommandIDs } from './ids';
import type { Scope } from './scope';

const SHOWN_FOR = 8000;

export function addRunCommands(scope: Scope): void {
  const { commands, server, trans } = scope;
  const shownRun = () => scope.editor?.monitor.run ?? null;
  const isRunning = () => {
    const run = shownRun();
    return run !== null && !isFinal(run.status);
  };
  const said = async (action: () => Promise<void>) => {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof RequestError)) {
        throw error;
      }
      Notification.error(trans.__('The graph was not run. %1', error.message), {
        autoClose: SHOWN_FOR
      });
    }
  };
  const run = (options: (selected: readonly string[]) => RunOptions) =>
    said(async () => {
      const { document } = scope;
      if (!document) {
        return;
      }
      const editor = document.content;
      const wanted = withoutMissing(editor, options(scope.selectedRunIds));
      const text = editor.model.sharedModel.getSource();
      const started = await server.runs.start(text, wanted, editor.filePath);
      if (started.run_id) {
        await editor.monitor.show(started.run_id);
      } else {
        const problems = problemsOf(started.validation_error);
        editor.plan.tell(problems);
        editor.drawer.open('problems');
        Notification.error(
          trans._n(
            'The graph cannot run: it has %1 problem, which is listed below it.',
            'The graph cannot run: it has %1 problems, which are listed below it.',
            problems.length
          ),
          { autoClose: SHOWN_FOR }
        );
      }
    });

  commands.addCommand(CommandIDs.run, {
    label: trans.__('Run Graph'),
    caption: trans.__('Run what has changed; the rest is restored'),
    icon: runIcon,
    isEnabled: scope.isOpen,
    execute: () => run(() => ({}))
  });
  const autoRun = new WeakMap<GraphEditor, () => void>();
  commands.addCommand(CommandIDs.autoRun, {
    label: trans.__('Run Automatically'),
    caption: trans.__('Run what an edit affects as soon as it is made'),
    isEnabled: scope.canEdit,
    isToggled: () => scope.editor?.isAutomatic === true,
    isToggleable: true,
    execute: () => {
      const { document } = scope;
      if (!document) {
        return;
      }
      const editor = document.content;
      editor.isAutomatic = !editor.isAutomatic;
      const stop = autoRun.get(editor);
      if (stop) {
        stop();
        autoRun.delete(editor);
      }
      if (editor.isAutomatic) {
        autoRun.set(editor, runOnEdits(editor, server, trans));
      }
      commands.notifyCommandChanged(CommandIDs.autoRun);
    }
  });
  commands.addCommand(CommandIDs.runUntilHere, {
    label: trans.__('Run Until Selected Nodes'),
    caption: trans.__('Run the selected nodes and what they need'),
    isEnabled: scope.hasSelection,
    execute: () => run(until => ({ until }))
  });
  commands.addCommand(CommandIDs.runFromHere, {
    label: trans.__('Run From Selected Nodes'),
    caption: trans.__(
      'Run the selected nodes, and what follows from them, even if their results are known'
    ),
    isEnabled: scope.hasSelection,
    execute: () => run(from_nodes => ({ from_nodes }))
  });
  commands.addCommand(CommandIDs.restartNodes, {
    label: trans.__('Run Selected Nodes Again'),
    caption: trans.__('Run just these once more, even if their results are known'),
    icon: refreshIcon,
    isEnabled: scope.hasSelection,
    execute: () => run(selected => ({ from_nodes: selected, until: selected }))
  });
  commands.addCommand(CommandIDs.runWithoutCache, {
    label: trans.__('Run Graph Without Cache'),
    caption: trans.__('Run everything'),
    icon: fastForwardIcon,
    isEnabled: scope.isOpen,
    execute: () => run(() => ({ use_cache: false }))
  });
  commands.addCommand(CommandIDs.retryFailed, {
    label: trans.__('Retry Failed Nodes'),
    caption: trans.__('Run the graph of the shown run again; what is done is restored'),
    isEnabled: () => {
      const status = shownRun()?.status;
      return status === 'FAILED' || status === 'CANCELED';
    },
    execute: () =>
      said(async () => {
        const shown = shownRun();
        if (shown) {
          await scope.editor?.monitor.show(await server.runs.retry(shown._id));
        }
      })
  });
  commands.addCommand(CommandIDs.cancel, {
    label: trans.__('Cancel Run'),
    caption: trans.__('Stop the run that is shown'),
    icon: stopIcon,
    isEnabled: isRunning,
    execute: async () => {
      const shown = shownRun();
      if (shown) {
        await server.runs.cancel(shown._id);
      }
    }
  });
  commands.addCommand(CommandIDs.cloneRun, {
    label: trans.__('Clone Run as New Graph'),
    caption: trans.__('Open the graph as it was in the shown run, as a new document'),
    isEnabled: () => shownRun() !== null,
    execute: args =>
      said(async () => {
        const id = typeof args['run'] === 'string' ? args['run'] : shownRun()?._id;
        const path = typeof args['path'] === 'string' ? args['path'] : scope.document?.context.path;
        if (id === undefined || path === undefined) {
          return;
        }
        const graph = await server.runs.snapshot(id);
        const { contents } = scope.app.serviceManager;
        const drive = contents.driveName(path);
        const folder = PathExt.dirname(contents.localPath(path));
        const made = await contents.newUntitled({
          path: drive ? `${drive}:${folder}` : folder,
          type: 'file',
          ext: '.plynx'
        });
        const copy = { ...graph, _id: newId() };
        await contents.save(made.path, { type: 'file', format: 'text', content: writeGraph(copy) });
        await commands.execute('docmanager:open', { path: made.path });
      })
  });
  commands.addCommand(CommandIDs.cancelNodes, {
    label: trans.__('Cancel Selected Nodes'),
    caption: trans.__('Stop these; what does not need them goes on'),
    isEnabled: () =>
      isRunning() &&
      scope.selectedRunIds.some(id =>
        Object.entries(shownRun()?.nodes ?? {}).some(
          ([name, state]) => within(name, id) && !isFinal(state.status)
        )
      ),
    execute: async () => {
      const shown = shownRun();
      const chosen = scope.selectedRunIds;
      if (shown) {
        const ids = Object.keys(shown.nodes).filter(name => chosen.some(id => within(name, id)));
        await server.runs.cancel(shown._id, ids);
      }
    }
  });
}

/** Run a graph again some time after each edit that changes what it does; call the result to end that. */
function runOnEdits(
  editor: GraphEditor,
  server: IPlynxServer,
  trans: TranslationBundle
): () => void {
  const { plan, monitor, model } = editor;
  let last: unknown = null;
  const onPlan = () => {
    const { graph } = model.sharedModel;
    const ids = graph.nodes.map(node => node._id);
    const run = monitor.run;
    const isIdle = run === null || isFinal(run.status);
    // Only where something would run, and only once for each state of the graph: what fails isn't tried for ever.
    if (!isIdle || graph === last || !ids.some(id => plan.of(id)?.action === 'run')) {
      return;
    }
    last = graph;
    const text = model.sharedModel.getSource();
    server.runs.start(text, { automatic: true }, editor.filePath).then(
      started => (started.run_id ? monitor.show(started.run_id) : undefined),
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        Notification.error(trans.__('The graph was not run. %1', reason), { autoClose: SHOWN_FOR });
      }
    );
  };
  plan.changed.connect(onPlan);
  onPlan();
  return () => {
    plan.changed.disconnect(onPlan);
  };
}

/** Operations that aren't installed here, and what depends on them, don't keep the rest from running. */
function withoutMissing({ kinds, model }: GraphEditor, options: RunOptions): RunOptions {
  if (!kinds || options.until) {
    return options;
  }
  const { graph } = model.sharedModel;
  const until = runnable(graph, kinds);
  return until.length === graph.nodes.length || until.length === 0
    ? options
    : { ...options, until };
}

/** Whether a node of a run is the one that is called so, or inside it. */
function within(name: string, id: string): boolean {
  return name === id || name.startsWith(`${id}/`);
}
