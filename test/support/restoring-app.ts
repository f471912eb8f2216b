import { toErrorData } from '../../core/base/errors';
import { TestApp } from './app-service';

/** The app without its window in a process of its own, told to restore a backup: what this process opens, it holds until it ends. */
const [state = '', path = '', password = '', replace = ''] = process.argv.slice(2);
const app = await TestApp.open(state, null);
let restored = 0;
app.service.backup.onRestored(() => (restored += 1));
const refused = await app.handlers.restoreState({ path, password, replace: replace === 'replace' }).then(
  () => null,
  (error: unknown) => toErrorData(error).code,
);
await app.service.close();
process.stdout.write(JSON.stringify({ restored, refused }));
process.exit(0);
