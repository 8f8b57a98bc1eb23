import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomically } from '../atomic-file.ts';
import { backOffDelay, crashBackOff, stableAfterMilliseconds } from '../back-off.ts';
import type { Clock } from '../clock.ts';
import { lastLines } from '../deploy/last-lines.ts';
import type { RunningProcess, StateFile } from '../state.ts';
import { adopt, describeExit, launch, type Managed } from '../supervise/processes.ts';
import { nginxConfig, type NginxPaths } from './nginx-config.ts';

export interface NginxParts {
  readonly clock: Clock;
  readonly state: StateFile;
  readonly paths: NginxPaths;
  /** Told of every end that nobody ordered, with nginx's own last line. */
  readonly onCrash: (message: string) => void;
}

/** Keeps nginx running; it outlives the agent like the application does. */
export class Nginx {
  readonly #parts: NginxParts;
  #managed: Managed | undefined;

  constructor(parts: NginxParts) {
    this.#parts = parts;
  }

  get isRunning(): boolean {
    return this.#managed?.hasExited() === false;
  }

  async start(healthCheckPath: string): Promise<void> {
    const { clock, paths, state } = this.#parts;
    await mkdir(paths.folder, { recursive: true });
    await mkdir(paths.logs, { recursive: true });
    const config = nginxConfig(paths, healthCheckPath);
    const isNew = (await readFile(this.#file, 'utf8').catch(() => '')) !== config;
    if (isNew) await writeAtomically(this.#file, config, 0o644);
    const running = state.value.nginx;
    this.#managed = running ? adopt(running, clock) : undefined;
    if (!this.#managed) await this.#launch();
    else if (isNew)
      spawn('nginx', ['-c', this.#file, '-s', 'reload'], { stdio: 'ignore' }).on('error', () => undefined);
    void this.#keepRunning();
  }

  get #file(): string {
    return path.join(this.#parts.paths.folder, 'nginx.conf');
  }

  get #log(): string {
    return path.join(this.#parts.paths.logs, 'proxy.error.log');
  }

  async #launch(): Promise<void> {
    const { paths, state } = this.#parts;
    const launched = launch({
      name: 'nginx',
      command: `exec nginx -c '${this.#file}'`,
      folder: paths.folder,
      environment: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
      log: this.#log,
    });
    this.#managed = launched;
    await state.change(() => ({ nginx: launched.process satisfies RunningProcess }));
    launched.go();
  }

  async #keepRunning(): Promise<void> {
    const { clock, onCrash } = this.#parts;
    for (let failures = 0; ;) {
      const startedAt = clock.now();
      const exit = await this.#managed?.exited;
      failures = clock.now() - startedAt > stableAfterMilliseconds ? 1 : failures + 1;
      const [line = 'no message'] = await lastLines(this.#log, { count: 1 });
      onCrash(`nginx ${exit ? describeExit(exit) : 'ended'}: ${line}`);
      await clock.sleep(backOffDelay(failures, crashBackOff));
      await this.#launch();
    }
  }
}
