import {
  GetParameterCommand,
  GetParametersByPathCommand,
  type Parameter,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { displayName, parameters, type EnvironmentName } from '../model/names.ts';
import {
  applicationDescriptor,
  environmentDescriptor,
  type ApplicationDescriptor,
  type ConfigurationSnapshot,
  type EnvironmentDescriptor,
} from '../model/schemas.ts';
import { parseDocument } from './aws/documents.ts';
import { listStored, snapshotOf } from './configuration/property-store.ts';
import type { Context } from './context.ts';
import { UserError } from './errors.ts';
import { applicationOf } from './project.ts';

/** `dev` or `dev/web`, as typed. */
export interface Target {
  readonly stack: string;
  readonly environment?: string;
}

export function parseTarget(text: string): Target {
  const match = /^([A-Za-z0-9][\w.-]*)(?:\/([A-Za-z0-9][\w-]*))?$/.exec(text);
  if (!match?.[1])
    throw new UserError(`"${text}" names no environment.`, {
      next: 'a stack (dev) or an environment in it (dev/web)',
    });
  return { stack: match[1], ...(match[2] && { environment: match[2] }) };
}

export async function findApplication(ssm: SSMClient, application: string): Promise<ApplicationDescriptor> {
  const Name = parameters.application(application);
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
    return parseDocument(`SSM parameter ${Name}`, Parameter?.Value ?? '', applicationDescriptor);
  } catch (error) {
    if ((error as Error).name !== 'ParameterNotFound') throw error;
    throw new UserError(`The application ${application} does not exist in this account and region.`, {
      now: [`There is no SSM parameter ${Name}, which the application stack makes.`],
      next: 'pulumi up -s application',
      cause: error,
    });
  }
}

/** The descriptors of all environments of an application, in order of their names. */
export async function listEnvironments(
  ssm: SSMClient,
  application: string,
): Promise<EnvironmentDescriptor[]> {
  const found = await allBelow(ssm, parameters.application(application));
  return found
    .filter(({ Name = '' }) => isEnvironmentDescriptor(Name, application))
    .map(({ Name = '', Value = '' }) => parseDocument(`SSM parameter ${Name}`, Value, environmentDescriptor))
    .sort((a, b) => displayName(a).localeCompare(displayName(b)));
}

/** The environments that a target names; at least one, or an error that lists what there is. */
export function selectEnvironments(
  all: readonly EnvironmentDescriptor[],
  target: Target,
): EnvironmentDescriptor[] {
  const inStack = all.filter(({ stack }) => stack === target.stack);
  if (inStack.length === 0) throw unknownStack(all, target.stack);
  const selected = inStack.filter(
    ({ environment }) => target.environment === undefined || environment === target.environment,
  );
  if (selected.length > 0) return selected;
  throw new UserError(`The stack ${target.stack} has no environment ${target.environment ?? ''}.`, {
    now: [`It has ${inStack.map(displayName).join(', ')}.`],
    next: `beanpole status ${target.stack}`,
  });
}

/** The environments that an argument names, of the application that a command is about. */
export async function findEnvironments(
  { clients, project }: Context,
  application: string | undefined,
  argument: string,
): Promise<EnvironmentDescriptor[]> {
  const target = parseTarget(argument);
  const name = applicationOf(project, application);
  const all = await listEnvironments(clients.ssm, name);
  if (all.length === 0) await findApplication(clients.ssm, name);
  return selectEnvironments(all, target);
}

/** Exactly one: a stack alone names it if it has no other. */
export async function findEnvironment(
  context: Context,
  application: string | undefined,
  argument: string,
): Promise<EnvironmentDescriptor> {
  const [environment, ...more] = await findEnvironments(context, application, argument);
  if (environment && more.length === 0) return environment;
  throw new UserError(`"${argument}" names several environments; this command takes one.`, {
    next: `the same command with ${environment ? displayName(environment) : `${argument}/web`}`,
  });
}

function unknownStack(all: readonly EnvironmentDescriptor[], stack: string): UserError {
  const stacks = [...new Set(all.map((environment) => environment.stack))];
  return new UserError(`The stack ${stack} has no environments in this account and region.`, {
    now: [stacks.length > 0 ? `Stacks with environments: ${stacks.join(', ')}.` : 'No stack has any yet.'],
    next: `pulumi up -s ${stack}   (makes them, if there is a Pulumi.${stack}.yaml)`,
  });
}

/** What a version will be started with: values of the stack file, and which parameters in which version. */
export const snapshotConfiguration = async (
  ssm: SSMClient,
  environment: EnvironmentDescriptor,
): Promise<ConfigurationSnapshot> => snapshotOf(environment.properties, await listStored(ssm, environment));

export const nameOf = ({ application, stack, environment }: EnvironmentName): EnvironmentName => ({
  application,
  stack,
  environment,
});

function isEnvironmentDescriptor(name: string, application: string): boolean {
  const [stack = '', environment = '', ...rest] = name
    .slice(parameters.application(application).length + 1)
    .split('/');
  return rest.length === 1 && name === parameters.environmentDescriptor({ application, stack, environment });
}

async function allBelow(ssm: SSMClient, Path: string): Promise<Parameter[]> {
  const found: Parameter[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ssm.send(
      new GetParametersByPathCommand({ Path, Recursive: true, ...(NextToken && { NextToken }) }),
    );
    found.push(...(page.Parameters ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}
