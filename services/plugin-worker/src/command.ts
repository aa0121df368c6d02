/** Command lines of the tools: arguments in, one JSON object out, for the supervisor to read. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The arguments make no sense; the message says how to call the tool. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Positional arguments and `--name value` options. */
export interface Arguments {
  positionals: string[];
  option(name: string): string;
  optional(name: string): string | undefined;
  flag(name: string): boolean;
}

/** Parses arguments; `options` take a value, `flags` do not. */
export function parseArguments(
  args: string[],
  options: string[],
  flags: string[] = [],
): Arguments {
  const known: NonNullable<ParseArgsConfig['options']> = {};
  for (const name of options) known[name] = { type: 'string' };
  for (const name of flags) known[name] = { type: 'boolean' };
  const parsed = parseArgs({ args, allowPositionals: true, options: known });
  const values = new Map<string, unknown>(Object.entries(parsed.values));
  const optional = (name: string) => {
    const value = values.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    positionals: parsed.positionals,
    optional,
    option(name) {
      const value = optional(name);
      if (value === undefined) throw new UsageError(`--${name} is missing`);
      return value;
    },
    flag: name => values.get(name) === true,
  };
}

/** Runs a tool. Success prints its result; failure prints `{error: {name, message}}` and exits 1 (2 for bad usage). */
export function runCommand(tool: () => Promise<unknown>): void {
  // From inside a promise, so that a complaint about the arguments is one as well.
  void Promise.resolve()
    .then(tool)
    .then(
      result => {
        process.stdout.write(`${JSON.stringify(result)}\n`);
      },
      (error: unknown) => {
        const { name, message } =
          error instanceof Error ? error : new Error(String(error));
        process.stdout.write(
          `${JSON.stringify({ error: { name, message } })}\n`,
        );
        process.exitCode = error instanceof UsageError ? 2 : 1;
      },
    );
}
