/** The page's entry. */
import '../core/base/uncompiled-schemas';
import '@mantine/core/styles.css';
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/mantine.css';
import './theme/base.css';
import './theme/print.css';
import './components/components.css';
import './shell/shell.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
/** What is on the page. Nothing of the app asks for it: whoever shows several pages one after the other puts one away by it. */
export const page = createRoot(root);
page.render(
  <StrictMode>
    <App />
  </StrictMode>,
);
