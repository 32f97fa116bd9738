/** The plug-ins of the extension. */
import { editorPlugin } from './plugins/editor';
import { inspectorPlugin } from './plugins/inspector';
import { launcherPlugin } from './plugins/launcher';
import { searchPlugin } from './plugins/search';
import { sidebarPlugin } from './plugins/sidebar';
import { serverPlugin } from './plugins/server';

export { IGraphTracker, IPlynxServer } from './tokens';

export default [
  serverPlugin,
  editorPlugin,
  launcherPlugin,
  inspectorPlugin,
  sidebarPlugin,
  searchPlugin
];
