import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { timeouts } from '../../core/base/timeouts';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import { inTemporaryFolder } from '../tools/disk';
import { lastWords, runTool } from '../tools/runner';

/**
 * Checks a detached CMS signature against one pinned certificate: the certificates inside the signature are not looked at, and
 * no chain is built. Says nothing about when it was signed.
 * @throws PrestageError tool-missing, tool-failed, state-unavailable, cancelled
 */
export async function verifyCms(
  { content, signature, certificate }: HelperRequest<'verifyCms'>,
  signal: AbortSignal,
): Promise<HelperResponse<'verifyCms'>> {
  return await inTemporaryFolder('cms', async (folder) => {
    const bytes = Buffer.from(signature, 'base64');
    const form = bytes.toString('latin1', 0, 5) === '-----' ? 'PEM' : 'DER';
    const [contentFile, signatureFile, certificateFile] = [
      join(folder, 'content'),
      join(folder, 'signature'),
      join(folder, 'certificate.pem'),
    ] as const;
    const out = join(folder, 'out');
    await writeFile(contentFile, Buffer.from(content, 'base64'), { mode: 0o600 });
    await writeFile(signatureFile, bytes, { mode: 0o600 });
    await writeFile(certificateFile, certificate, { mode: 0o600 });
    const { status, stderr } = await runTool(
      'openssl',
      [
        ...['cms', '-verify', '-binary', '-inform', form, '-in', signatureFile, '-content', contentFile],
        ...['-certfile', certificateFile, '-nointern', '-noverify', '-out', out],
      ],
      { signal, timeout: timeouts.listingTool },
    );
    if (status !== 0) return { valid: false, cause: lastWords(stderr) };
    // A signature that holds a text of its own could be right for that one.
    const signed = await readFile(out);
    const valid = signed.equals(Buffer.from(content, 'base64'));
    return { valid, cause: valid ? null : 'the signature is for another text' };
  });
}
