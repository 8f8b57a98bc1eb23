/** The supervisor: everything that stays in memory, put together. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { instancePaths } from '../model/names.ts';
import type { InstanceDescriptor, InstanceResult } from '../model/schemas.ts';
import { createClients, type Clients } from './aws/clients.ts';
import { retrying } from './back-off.ts';
import { boot } from './boot.ts';
import { systemClock, type Clock } from './clock.ts';
import { watchDatabase } from './database-watch.ts';
import { Deployer } from './deploy/deployer.ts';
import type { DeploymentOrder } from './deploy/fencing.ts';
import { findFreePorts } from './deploy/free-port.ts';
import { placeholderPort, shortenConnectionTracking, switchTo } from './deploy/switch.ts';
import type { SendErrand } from './errands/contract.ts';
import { errandsBy } from './errands/send.ts';
import { probe } from './health/probe.ts';
import type { HealthWatch } from './health/watch.ts';
import { Instance, type Facts } from './instance.ts';
import { leaveWhenInterrupted, watchInterruption } from './interruption.ts';
import { AgentLog } from './logs/agent-log.ts';
import { connectLogs } from './logs/connect.ts';
import type { LogShipper } from './logs/shipper.ts';
import { readIdentity, readLifeCycle, readSpotAction } from './metadata.ts';
import { checkTimeoutMilliseconds, healthWatch } from './observation.ts';
import { Problems } from './problems.ts';
import { Nginx } from './proxy/nginx.ts';
import { placeholderFolder } from './proxy/nginx-config.ts';
import { hidePlaceholder, showPlaceholder } from './proxy/placeholder.ts';
import { digestOf, type Settings } from './settings.ts';
import { mountFiles } from './shared-files.ts';
import { serveSocket, type Request } from './socket/server.ts';
import { StateFile } from './state.ts';
import { agentStatus } from './status.ts';
import { startWorkerTier, type RunningWorkerTier } from './worker-daemon/tier.ts';

const nginxPaths = { folder: path.join(instancePaths.state, 'nginx'), logs: instancePaths.logs };

/** The unit file has systemd wait 330 s. */
const mostGraceSeconds = 300;

export class Agent {
  readonly #settings: Settings;
  readonly #clock: Clock = systemClock;
  readonly #log = new AgentLog();
  readonly #stopping = new AbortController();
  readonly #clients: Clients;
  readonly #errand: SendErrand;
  readonly #state: StateFile;
  readonly #instance: Instance;
  readonly #deployer: Deployer;
  readonly #nginx: Nginx;
  readonly #problems: Problems;
  #facts: Facts | undefined;
  readonly #factsKnown = Promise.withResolvers<Facts>();
  #shipper: LogShipper | undefined;
  #watch: HealthWatch | undefined;
  #worker: RunningWorkerTier | undefined;
  #isBooted = false;

  private constructor(settings: Settings, state: StateFile) {
    this.#settings = settings;
    this.#state = state;
    this.#clients = createClients(settings.region);
    this.#errand = errandsBy(settings.agentFile, path.join(instancePaths.state, 'compile-cache'));
    this.#problems = new Problems((concern, problem) => {
      if (problem) this.#log.event(problem.severity === 'Warning' ? 'WARN' : 'ERROR', problem.cause);
      else this.#log.write('INFO', `Solved: ${concern}.`);
      this.#watch?.nudge();
    });
    this.#instance = this.#makeInstance();
    this.#deployer = this.#makeDeployer();
    this.#nginx = new Nginx({
      clock: this.#clock,
      state,
      paths: nginxPaths,
      onCrash: (message) => {
        this.#log.event('ERROR', message);
      },
    });
  }

  static async run(settings: Settings): Promise<void> {
    const state = await StateFile.open(path.join(instancePaths.state, 'state.json'), Date.now());
    const agent = new Agent(settings, state);
    await agent.#run().catch((error: unknown) => {
      // Whatever still waited for AWS was told to stop.
      if (!agent.#stopping.signal.aborted) throw error;
    });
  }

  #makeInstance(): Instance {
    return new Instance({
      clock: this.#clock,
      state: this.#state,
      errand: this.#errand,
      log: this.#log,
      facts: () => this.#known,
      environment: this.#settings.environment,
      paths: instancePaths,
      nodeFolder: path.dirname(process.execPath),
      switchTo,
      onLive: (port) => {
        if (port === undefined) this.#worker?.daemon.pause();
        else this.#worker?.daemon.aimAt(port);
      },
      onLogFile: (file, name, isEnded) => {
        if (isEnded) this.#shipper?.unfollow(file);
        else this.#shipper?.follow(file, 'application', name);
      },
    });
  }

  #makeDeployer(): Deployer {
    return new Deployer({
      clock: this.#clock,
      state: this.#state,
      errand: this.#errand,
      facts: () => this.#known,
      releases: instancePaths.releases,
      ownFolders: path.join(instancePaths.state, 'releases'),
      nodeFolder: path.dirname(process.execPath),
      findFreePorts,
      formation: (release, properties) => this.#instance.formation(release, properties),
      probe: (port, healthCheckPath) => probe(port, healthCheckPath, checkTimeoutMilliseconds),
      takeOver: async (next, afterwards) => {
        await this.#instance.takeOver(next, afterwards);
        await hidePlaceholder(placeholderFolder(nginxPaths));
        this.#problems.set('boot', undefined);
      },
      onNote: (note) => {
        this.#log.event('WARN', note);
      },
      discard: (next) => this.#instance.discard(next),
    });
  }

  get #known(): Facts {
    if (!this.#facts) throw new Error('The instance does not know its environment yet.');
    return this.#facts;
  }

  async #run(): Promise<void> {
    process.on('SIGTERM', () => void this.#stop());
    process.on('SIGINT', () => void this.#stop());
    this.#log.write('INFO', 'The agent starts.');
    await serveSocket(instancePaths.socket, (request, progress) => this.#answer(request, progress));
    await shortenConnectionTracking();
    const { identity, descriptor } = this.#state.value;
    // A reboot serves first and asks AWS afterwards.
    if (identity && descriptor) await this.#begin({ identity, descriptor });
    await this.#learn();
    await this.#boot();
  }

  /** Lets the worker daemon finish; application and nginx stay, for the agent that comes next. */
  async #stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#log.write('INFO', 'The agent stops; the application goes on.');
    const grace = Math.min(mostGraceSeconds, this.#facts?.descriptor.drainTimeoutSeconds ?? 0);
    await this.#worker?.stop(grace * 1000);
    this.#stopping.abort(new Error('The agent stops.'));
    await this.#shipper?.ship();
    process.exit(0);
  }

  /** Asks AWS who this instance is, until it answers. */
  async #learn(): Promise<void> {
    const identity = await this.#persistently('identity', readIdentity);
    const descriptor = await this.#persistently('descriptor', () =>
      this.#errand('descriptor', { parameter: this.#settings.descriptorParameter }),
    );
    await this.#state.change(() => ({ identity, descriptor }));
    if (this.#facts) this.#facts = { identity, descriptor };
    else await this.#begin({ identity, descriptor });
  }

  async #persistently<T>(concern: string, attempt: () => Promise<T>): Promise<T> {
    const result = await retrying(attempt, {
      clock: this.#clock,
      signal: this.#stopping.signal,
      onFailure: ({ message }, delay) => {
        this.#problems.set(concern, {
          severity: 'Warning',
          cause: `The ${concern} could not be read: ${message}`,
        });
        this.#log.write('WARN', `${concern}: trying again in ${delay / 1000} s.`);
      },
    });
    this.#problems.set(concern, undefined);
    return result;
  }

  /** Everything that needs to know the environment starts here. */
  async #begin(facts: Facts): Promise<void> {
    this.#facts = facts;
    const { identity, descriptor } = facts;
    const shipper = await connectLogs({
      logs: this.#clients.logs,
      clock: this.#clock,
      name: descriptor,
      instanceId: identity.instanceId,
      positionsFile: path.join(instancePaths.state, 'log-positions.json'),
      problems: this.#problems,
      log: this.#log,
    });
    this.#shipper = shipper;
    void shipper.run(this.#stopping.signal);
    shipper.follow(path.join(instancePaths.logs, 'hooks.log'), 'agent', 'hooks');
    const interruption = watchInterruption(this.#clock, { lifeCycle: readLifeCycle, action: readSpotAction });
    void leaveWhenInterrupted({
      clock: this.#clock,
      signal: this.#stopping.signal,
      instanceId: identity.instanceId,
      interruption,
      errand: this.#errand,
      say: (line) => {
        this.#log.event('WARN', line);
      },
    }).catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#log.event('ERROR', String(error));
    });
    if (descriptor.workerDaemon)
      this.#worker = startWorkerTier({
        s3: this.#clients.s3,
        clock: this.#clock,
        signal: this.#stopping.signal,
        sqs: this.#clients.sqs(),
        errand: this.#errand,
        log: this.#log,
        facts,
        interruption,
        settings: descriptor.workerDaemon,
        tasks: () => this.#state.value.live?.cron ?? [],
      });
    if (descriptor.database)
      void watchDatabase({
        clock: this.#clock,
        signal: this.#stopping.signal,
        errand: this.#errand,
        database: descriptor.database,
        state: () => this.#state.value,
        deploy: (order) => this.#deploy(order, () => undefined),
        warn: (text) => {
          this.#log.write('WARN', text);
        },
      });
    const serving = this.#serve(descriptor, shipper);
    this.#watch = this.#makeWatch();
    void this.#watch.run(this.#stopping.signal);
    await serving;
    this.#factsKnown.resolve(facts);
  }

  async #serve(descriptor: InstanceDescriptor, shipper: LogShipper): Promise<void> {
    const mounted = this.#mountFiles(descriptor);
    // What served before a reboot finds its files; a first version is started after `#serve`.
    if (this.#state.value.live) await mounted;
    await this.#instance.recover();
    await this.#startProxy(descriptor, shipper);
    await mounted;
  }

  async #mountFiles({ files }: InstanceDescriptor): Promise<void> {
    if (files) await this.#persistently('shared file system', () => mountFiles(files));
  }

  async #startProxy(descriptor: InstanceDescriptor, shipper: LogShipper): Promise<void> {
    if (descriptor.tier !== 'WebServer') return;
    await mkdir(placeholderFolder(nginxPaths), { recursive: true });
    if (!this.#instance.live) await switchTo(placeholderPort);
    await this.#nginx.start(descriptor.healthCheckPath);
    shipper.follow(path.join(nginxPaths.logs, 'proxy.access.log'), 'proxy', 'access');
    shipper.follow(path.join(nginxPaths.logs, 'proxy.error.log'), 'proxy', 'error');
  }

  #makeWatch(): HealthWatch {
    return healthWatch({
      clock: this.#clock,
      s3: this.#clients.s3,
      log: this.#log,
      facts: () => this.#known,
      state: () => this.#state.value,
      slot: this.#settings.slot,
      agent: digestOf(this.#settings.agentFile),
      instance: this.#instance,
      deployer: this.#deployer,
      nginx: this.#nginx,
      problems: this.#problems,
      queueProblem: () => this.#worker?.daemon.problem,
      isBooted: () => this.#isBooted,
    });
  }

  #boot(): Promise<void> {
    const say = (line: string) => {
      this.#log.write('INFO', line);
    };
    return boot({
      clock: this.#clock,
      signal: this.#stopping.signal,
      slot: this.#settings.slot,
      facts: this.#known,
      state: () => this.#state.value,
      errand: this.#errand,
      persistently: (concern, attempt) => this.#persistently(concern, attempt),
      deploy: (order) => this.#deploy(order, say),
      showPlaceholder: async () => {
        if (!this.#deployer.current)
          await showPlaceholder(placeholderFolder(nginxPaths), this.#known.descriptor);
      },
      onBooted: (problem) => {
        this.#isBooted = true;
        const cause = `The environment's version could not be started: ${problem ?? ''}`;
        this.#problems.set('boot', problem === undefined ? undefined : { severity: 'Severe', cause });
        this.#watch?.nudge();
      },
      say,
    });
  }

  async #answer(request: Request, progress: (line: string) => void): Promise<unknown> {
    if (request.command === 'status') return this.#status();
    if (!this.#facts) progress('The instance starts; waiting until it knows its environment.');
    await this.#factsKnown.promise;
    return this.#deploy(request.order, progress);
  }

  #status() {
    return agentStatus({
      facts: this.#facts,
      slot: this.#settings.slot,
      isBooted: this.#isBooted,
      health: this.#watch?.health,
      deploying: this.#deployer.current?.versionLabel,
      state: this.#state.value,
      problems: this.#problems.all,
    });
  }

  async #deploy(order: DeploymentOrder, progress: (line: string) => void): Promise<InstanceResult> {
    const what = order.stage === 'Release' ? 'What is done once for' : 'Deployment of';
    this.#log.event('INFO', `${what} ${order.versionLabel} begins.`, order.deployment);
    const pending = this.#deployer.deploy(order, progress);
    this.#watch?.nudge();
    const result = await pending;
    const { outcome, reason, phases } = result;
    const took = phases.map(({ name, milliseconds }) => `${name} ${milliseconds} ms`).join(', ');
    const text =
      outcome === 'Prepared'
        ? `${order.versionLabel} is prepared, what is done once per deployment is done.`
        : outcome === 'Deployed'
          ? `${order.versionLabel} serves${took === '' ? '' : ` (${took})`}.`
          : `${order.versionLabel}: ${outcome}, ${reason ?? 'no reason'}. ${result.serving ?? 'The placeholder'} still serves.`;
    this.#log.event(
      outcome === 'Deployed' || outcome === 'Prepared' ? 'INFO' : 'ERROR',
      text,
      order.deployment,
    );
    this.#watch?.nudge();
    return result;
  }
}
