/**
 * `node dist/render.js` with a job on standard input (`render/job.ts`)
 *
 * Opens an organisation's pages in headless Chromium under two versions of a plugin's front end and prints what went
 * wrong with each. Judging that is the plugin host's.
 */
import { text } from 'node:stream/consumers';
import { runCommand } from './command.ts';
import { parseJob } from './render/job.ts';
import { render } from './render/visit.ts';

runCommand(async () => render(parseJob(await text(process.stdin))));
