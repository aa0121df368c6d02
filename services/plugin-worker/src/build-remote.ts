/**
 * `node dist/build-remote.js PACKAGE --root DIR --out DIR --shell-versions FILE`
 *
 * Turns the front end of a package that is installed in `--root` into a module-federation remote in `--out` (which is
 * replaced) and prints its manifest.
 */
import { parseArguments, runCommand, UsageError } from './command.ts';
import { buildRemote } from './remote/build.ts';

runCommand(() => {
  const args = parseArguments(process.argv.slice(2), [
    'root',
    'out',
    'shell-versions',
  ]);
  const [name] = args.positionals;
  if (name === undefined) throw new UsageError('the package is missing');
  return buildRemote({
    package: name,
    root: args.option('root'),
    out: args.option('out'),
    shellVersions: args.option('shell-versions'),
  });
});
