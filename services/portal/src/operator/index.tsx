import '@backstage/ui/css/styles.css';
import '../styles/backstage.css';
import './operator.css';
import ReactDOM from 'react-dom/client';
import { BrowserRouter } from 'react-router-dom';
import type { PortalConfig } from '../portalConfig';
import { OperatorApp } from './OperatorApp';

/** Starts the pages of whoever runs the installation: plugins, versions and rollouts of all organisations. */
export function renderOperator(root: HTMLElement, portal: PortalConfig): void {
  document.title = `Operator · ${portal.title}`;
  ReactDOM.createRoot(root).render(
    <BrowserRouter basename="/operator">
      <OperatorApp />
    </BrowserRouter>,
  );
}
