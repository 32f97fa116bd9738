/** Icons that JupyterLab doesn't have. */
import { LabIcon } from '@jupyterlab/ui-components';

export const graphIcon = new LabIcon({
  name: 'plynx:graph',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <rect x="2" y="3.5" width="8" height="5.5" rx="1.5"/>
    <rect x="2" y="15" width="8" height="5.5" rx="1.5"/>
    <rect x="14.5" y="9.2" width="7.5" height="5.5" rx="1.5"/>
    <path d="M10 5.6h1.6c1.2 0 1.9.8 1.9 2v1.5c0 1 .5 1.8 1.4 2.1v1.5c-1.800-.3-3-1.600-3-3.400V7.900c0-.5-.2-.7-.7-.7H10z"/>
    <path d="M10 16.900h1.600c1.200 0 1.900-.8 1.900-2v-.1c0-1 .5-1.800 1.400-2.100v-1.500c-1.800.3-3 1.600-3 3.400v.3c0 .5-.2.7-.7.7H10z"/>
  </g>
</svg>`
});

/** All of it in view. */
export const fitIcon = new LabIcon({
  name: 'plynx:fit',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161"
    d="M4 9V4h5v2H6v3zm11-5h5v5h-2V6h-3zM6 15v3h3v2H4v-5zm12 0h2v5h-5v-2h3zM9 9h6v6H9z"/>
</svg>`
});
