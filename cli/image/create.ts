/**
 * Makes a golden image. Every step looks first at what an earlier run has left, by tags: a command that was killed is
 * continued by running it again. docs/decisions/0007-golden-images.md says why a builder, and not the instance itself.
 */
import { CreateImageCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { displayName, imageTags, tags } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import type { Context } from '../context.ts';
import { nameOf } from '../environments.ts';
import { exitCodes, UserError } from '../errors.ts';
import type { Board } from '../ui/board.ts';
import {
  findBuilders,
  launchBuilder,
  lookAtBuilder,
  tagList,
  terminateBuilder,
  type Builder,
} from './builder.ts';
import { discardImage, listImages, progressOf, type GoldenImage } from './golden-images.ts';
import { runScript, startScript } from './run-script.ts';
import { cleanScript, prepareScript } from './script.ts';
import { findSource, type Source } from './source.ts';
import { waitFor } from './wait.ts';

/** dnf with its repositories may take minutes. */
const prepareSeconds = 900;
const shutdownSeconds = 300;
/** EBS copies a first snapshot at its own pace. */
const snapshotSeconds = 3600;

export async function createImage(
  context: Context,
  board: Board,
  environment: EnvironmentDescriptor,
  given: string | undefined,
): Promise<GoldenImage> {
  const { ec2 } = context.clients;
  const builders = await findBuilders(ec2, environment);
  const name = given ?? builders[0]?.imageName ?? defaultName(environment, context.clock.now());
  const left = builders.find(({ imageName }) => imageName === name);
  const known = (await listImages(ec2, environment.application)).find((image) => image.name === name);
  if (known?.state === 'available' && !left) throw nameTaken(known);
  for (const other of builders.filter(({ imageName }) => imageName !== name))
    board.line(
      `${other.id} is left from making ${other.imageName}; beanpole image create ${displayName(environment)} --name ${other.imageName} ends that.`,
    );
  if (left) board.line(`Going on with ${name}, which an earlier run began on ${left.id}.`);
  const order: Order = { context, board, environment, name };
  let builder = left;
  try {
    if (known?.state === 'failed') await discardImage(ec2, known.id);
    if (!known || known.state === 'failed') {
      const source = await findSource(context, environment);
      builder = await begunBuilder(order, source, left);
      await preparedAndStopped(order, source, builder);
      await beginImage(ec2, order, source, builder);
    }
    return await available(order);
  } finally {
    // Whatever happened: a forgotten builder costs what an instance costs. The snapshot no longer needs it.
    if (builder) await terminateBuilder(ec2, builder.id);
  }
}

interface Order {
  readonly context: Context;
  readonly board: Board;
  readonly environment: EnvironmentDescriptor;
  readonly name: string;
}

const commandOf = ({ environment, name }: Order): string =>
  `beanpole image create ${displayName(environment)} --name ${name}`;

/** One that somebody else has stopped is of no use: nobody knows how far it was. */
async function begunBuilder(order: Order, source: Source, left: Builder | undefined): Promise<Builder> {
  const { ec2 } = order.context.clients;
  if (left && (left.isClean || ['pending', 'running'].includes(left.state))) return left;
  if (left) await terminateBuilder(ec2, left.id);
  const builder = await launchBuilder(ec2, nameOf(order.environment), source, order.name);
  order.board.line(
    `${builder.id} is launched from version ${source.launchTemplateVersion} of the launch template, as ${source.instanceId} was.`,
  );
  return builder;
}

/** Ends with a machine that has everything an instance needs, and nothing that makes it one. */
async function preparedAndStopped(order: Order, source: Source, { id, isClean }: Builder): Promise<void> {
  const { context, board } = order;
  const next = commandOf(order);
  if (!isClean) {
    const prepare = prepareScript(source.userData);
    await runScript(context, board, id, {
      what: `${id} installs what an instance needs`,
      text: prepare,
      seconds: prepareSeconds,
      next,
    });
    // Its result may never arrive: it stops the agent that would tell it. The shutdown is the result.
    await startScript(context, board, id, {
      what: `${id} begins to clean itself`,
      text: cleanScript(),
      seconds: 60,
      next,
    });
  }
  await waitFor(context, board, {
    what: `${id} takes away what makes it itself, and shuts down`,
    seconds: shutdownSeconds,
    next,
    async look() {
      const now = await lookAtBuilder(context.clients.ec2, id);
      if (!now || ['terminated', 'shutting-down'].includes(now.state)) throw builderGone(order, id);
      return now.state === 'stopped' && now.isClean ? { done: now } : undefined;
    },
  });
}

async function beginImage(
  ec2: EC2Client,
  { environment, name }: Order,
  { agent, instanceId }: Source,
  builder: Builder,
): Promise<void> {
  const own = tagList({
    ...tags(nameOf(environment)),
    [imageTags.name]: name,
    ...(agent !== undefined && { [imageTags.agent]: agent }),
    Name: name,
  });
  await ec2.send(
    new CreateImageCommand({
      InstanceId: builder.id,
      Name: name,
      Description: `Golden image of ${displayName(environment)}, after ${instanceId}`,
      TagSpecifications: [
        { ResourceType: 'image', Tags: own },
        { ResourceType: 'snapshot', Tags: own },
      ],
    }),
  );
}

function available(order: Order): Promise<GoldenImage> {
  const { context, board, environment, name } = order;
  const { ec2 } = context.clients;
  return waitFor(context, board, {
    what: `EC2 makes the image ${name}`,
    seconds: snapshotSeconds,
    next: `${commandOf(order)}   (goes on waiting)`,
    async look() {
      const image = (await listImages(ec2, environment.application)).find((each) => each.name === name);
      if (image?.state === 'available') return { done: image };
      if (image?.state !== 'failed') return image && progressOf(ec2, image);
      throw new UserError(`EC2 could not make the image ${name} (${image.id}).`, {
        exitCode: exitCodes.rolledBack,
        next: `${commandOf(order)}   (takes it away and begins again)`,
      });
    },
  });
}

const defaultName = ({ application, stack, environment }: EnvironmentDescriptor, now: number): string =>
  `${application}-${stack}-${environment}-${new Date(now).toISOString().replaceAll(/\D/g, '').slice(0, 14)}`;

const nameTaken = ({ id, name }: GoldenImage): UserError =>
  new UserError(`There is an image ${name} already: ${id}.`, {
    now: ['Nothing was changed.'],
    next: `the same command with another --name, or beanpole image delete ${id}`,
  });

const builderGone = (order: Order, id: string): UserError =>
  new UserError(`The builder ${id} was terminated by somebody else.`, {
    exitCode: exitCodes.rolledBack,
    next: commandOf(order),
  });
