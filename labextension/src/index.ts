/** The plug-ins of the extension. */
import { drivePlugin } from './plugins/drive';
import { editorPlugin } from './plugins/editor';
import { inspectorPlugin } from './plugins/inspector';
import { launcherPlugin } from './plugins/launcher';
import { notificationsPlugin } from './plugins/notifications';
import { runningPlugin } from './plugins/running';
import { searchPlugin } from './plugins/search';
import { sidebarPlugin } from './plugins/sidebar';
import { statusBarPlugin } from './plugins/statusBar';
import { serverPlugin } from './plugins/server';

export { IGraphTracker, IPlynxServer } from './tokens';

export default [
  serverPlugin,
  editorPlugin,
  launcherPlugin,
  inspectorPlugin,
  drivePlugin,
  sidebarPlugin,
  searchPlugin,
  notificationsPlugin,
  runningPlugin,
  statusBarPlugin
];
