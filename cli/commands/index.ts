/** All commands, in the order of the help. A command's file is named as it is typed. */
import type { Command } from '../command.ts';
import abort from './abort.ts';
import configList from './config/list.ts';
import configSet from './config/set.ts';
import configUnset from './config/unset.ts';
import cronHistory from './cron/history.ts';
import cronList from './cron/list.ts';
import cronRun from './cron/run.ts';
import deploy from './deploy.ts';
import deploymentsList from './deployments/list.ts';
import deploymentsShow from './deployments/show.ts';
import events from './events.ts';
import localDrillCache from './local/drill/cache.ts';
import localDrillDatabase from './local/drill/database.ts';
import localDrillInstance from './local/drill/instance.ts';
import localDrillRotate from './local/drill/rotate.ts';
import localDrillZone from './local/drill/zone.ts';
import localEnv from './local/env.ts';
import localReset from './local/reset.ts';
import localShell from './local/shell.ts';
import localStart from './local/start.ts';
import localStatus from './local/status.ts';
import localStop from './local/stop.ts';
import logs from './logs.ts';
import open from './open.ts';
import promote from './promote.ts';
import restart from './restart.ts';
import resume from './resume.ts';
import rollback from './rollback.ts';
import scale from './scale.ts';
import queuePeek from './queue/peek.ts';
import queuePurge from './queue/purge.ts';
import queueRedrive from './queue/redrive.ts';
import queueSend from './queue/send.ts';
import queueStatus from './queue/status.ts';
import ssh from './ssh.ts';
import status from './status.ts';
import versionCreate from './version/create.ts';
import versionList from './version/list.ts';
import versionShow from './version/show.ts';

export const commands: readonly Command[] = [
  versionCreate,
  versionList,
  versionShow,
  deploy,
  rollback,
  promote,
  abort,
  resume,
  restart,
  scale,
  configSet,
  configUnset,
  deploymentsList,
  deploymentsShow,
  status,
  events,
  configList,
  logs,
  open,
  ssh,
  queueStatus,
  queuePeek,
  queueSend,
  queueRedrive,
  queuePurge,
  cronList,
  cronRun,
  cronHistory,
  localStart,
  localStop,
  localStatus,
  localEnv,
  localShell,
  localDrillZone,
  localDrillInstance,
  localDrillDatabase,
  localDrillCache,
  localDrillRotate,
  localReset,
];
