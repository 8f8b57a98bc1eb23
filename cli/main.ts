/** The `beanpole` command: makes the context, finds the command, prints errors, sets the exit code. */
import { surviveClosedOutputs } from './closed-outputs.ts';
import { createContext } from './context.ts';
import { exitCodes } from './errors.ts';
import { createInterrupt, listenToSignals } from './interrupt.ts';
import { createProgram } from './program.ts';
import { reportError } from './report-error.ts';
import { localTerminal } from './ssh/terminal.ts';
import { typedCommands } from './typed-commands.ts';
import { createUi } from './ui/ui.ts';

const ui = createUi(process, process.env, Date.now);
const advices: (() => string)[] = [];
const interrupt = createInterrupt(() => {
  ui.note(['', 'Left at once.', ...advices.map((advice) => advice())].join('\n'));
  process.exit(exitCodes.interrupted);
});

function context() {
  listenToSignals(interrupt);
  return createContext({
    folder: process.cwd(),
    environment: process.env,
    ui,
    terminal: localTerminal(process),
    signal: interrupt.signal,
    onLeave: (advice) => advices.push(advice),
  });
}

surviveClosedOutputs(
  process,
  () => advices.length > 0,
  (code) => process.exit(code),
);

const program = createProgram(await typedCommands(process.argv.slice(2)), context, {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});

try {
  await program.parseAsync(process.argv);
  process.exitCode ??= exitCodes.done;
} catch (error) {
  const report = reportError(error, process.env, process.argv.includes('--verbose'));
  if (report.text) process.stderr.write(`${report.text}\n`);
  process.exitCode = report.exitCode;
}
