/** Runs the package's command-line tools as the supervisor does. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What a tool printed, and its exit code. */
export interface ToolResult {
  code: number | null;
  output: Record<string, unknown>;
}

/** Runs `dist/<tool>.js`. */
export function runTool(tool: string, ...args: string[]): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(root, 'dist', `${tool}.js`), ...args],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', code => {
      resolve({ code, output: JSON.parse(text) as Record<string, unknown> });
    });
  });
}

/**
 * Installs a published package with the bundle tool, once: later runs find it in `.cache`. It takes half
 * a minute and needs the npm registry.
 */
export async function installOnce(spec: string): Promise<string> {
  const cache = join(root, '.cache/bundles');
  const dir = join(cache, spec.replaceAll('/', '__'));
  if (!existsSync(dir)) {
    const fresh = `${dir}.${process.pid}`;
    mkdirSync(cache, { recursive: true });
    const { code, output } = await runTool(
      'bundle',
      'install',
      spec,
      '--dir',
      fresh,
    );
    if (code !== 0) {
      rmSync(fresh, { recursive: true, force: true });
      throw new Error(JSON.stringify(output));
    }
    renameSync(fresh, dir);
  }
  return dir;
}
