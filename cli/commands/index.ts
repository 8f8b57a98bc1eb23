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
import environmentForget from './environment/forget.ts';
import events from './events.ts';
import imageCreate from './image/create.ts';
import imageDelete from './image/delete.ts';
import imageList from './image/list.ts';
import localDrillCache from './local/drill/cache.ts';
import localDrillDatabase from './local/drill/database.ts';
import localDrillInstance from './local/drill/instance.ts';
import localDrillRotate from './local/drill/rotate.ts';
import localDrillSpot from './local/drill/spot.ts';
import localDrillZone from './local/drill/zone.ts';
import localEnv from './local/env.ts';
import localReset from './local/reset.ts';
import localShell from './local/shell.ts';
import localStart from './local/start.ts';
import localStatus from './local/status.ts';
import localStop from './local/stop.ts';
import logs from './logs.ts';
import open from './open.ts';
import platformShow from './platform/show.ts';
import platformUpdate from './platform/update.ts';
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
import swap from './swap.ts';
import versionCreate from './version/create.ts';
import versionDelete from './version/delete.ts';
import versionList from './version/list.ts';
import versionPrune from './version/prune.ts';
import versionShow from './version/show.ts';

export const commands: readonly Command[] = [
  versionCreate,
  versionList,
  versionShow,
  versionPrune,
  versionDelete,
  imageCreate,
  imageList,
  imageDelete,
  deploy,
  rollback,
  promote,
  swap,
  abort,
  resume,
  restart,
  platformUpdate,
  scale,
  configSet,
  configUnset,
  environmentForget,
  deploymentsList,
  deploymentsShow,
  status,
  platformShow,
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
  localDrillSpot,
  localReset,
];
