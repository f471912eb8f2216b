/** `npm run reference`: writes docs/reference. With `--check` it only says whether the pages are current. */
import { register } from 'node:module';

// As the bundler does it: the text of an SQL file is its module's default export.
const sqlText = `export async function load(url, context, next) {
  if (!url.split('?')[0].endsWith('.sql')) return next(url, context);
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(new URL(url.split('?')[0]), 'utf8');
  return { format: 'module', shortCircuit: true, source: 'export default ' + JSON.stringify(text) };
}`;
register(`data:text/javascript,${encodeURIComponent(sqlText)}`);

const { makePages, stalePages, writePages } = await import('./pages');
if (process.argv.includes('--check')) {
  const stale = await stalePages(await makePages());
  if (stale.length > 0) {
    console.error(`Not current: ${stale.join(', ')}. Run npm run reference.`);
    process.exitCode = 1;
  }
} else await writePages();
