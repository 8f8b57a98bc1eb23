/** The plugin `pulumi-resource-awsx`: components made of resources of `aws`. It makes `awsx:ec2:Vpc`. */
import type { ComponentResourceOptions, Inputs } from '@pulumi/pulumi';
import provider from '@pulumi/pulumi/provider/index.js';
import { endWithParent } from '../protocol/parent.ts';
import { checkArguments } from './arguments.ts';
import { Vpc } from './vpc.ts';

const version = '3.9.0';

async function construct(name: string, type: string, inputs: Inputs, options: ComponentResourceOptions) {
  if (type !== 'awsx:ec2:Vpc')
    throw new Error(`This provider has no component ${type}. It has: awsx:ec2:Vpc.`);
  const vpc = new Vpc(name, checkArguments(inputs), options);
  return { urn: vpc.urn, state: await vpc.state };
}

endWithParent();
const serving = provider.main({ version, construct }, process.argv.slice(2));
// It has just had all stack traces translated by source maps, of which there are none here; the SDK takes many.
Reflect.deleteProperty(Error, 'prepareStackTrace');
await serving;
