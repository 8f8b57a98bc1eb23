import type { Properties } from '../../protocol/values.ts';
import type { Context } from '../context.ts';

/** AWS's own names of its regions, as its console shows them. */
const descriptions: Readonly<Record<string, string>> = {
  'eu-central-1': 'Europe (Frankfurt)',
  'eu-central-2': 'Europe (Zurich)',
  'eu-west-1': 'Europe (Ireland)',
  'eu-west-2': 'Europe (London)',
  'eu-west-3': 'Europe (Paris)',
  'eu-north-1': 'Europe (Stockholm)',
  'eu-south-1': 'Europe (Milan)',
  'us-east-1': 'US East (N. Virginia)',
  'us-east-2': 'US East (Ohio)',
  'us-west-1': 'US West (N. California)',
  'us-west-2': 'US West (Oregon)',
  'ca-central-1': 'Canada (Central)',
  'sa-east-1': 'South America (Sao Paulo)',
  'ap-northeast-1': 'Asia Pacific (Tokyo)',
  'ap-southeast-1': 'Asia Pacific (Singapore)',
  'ap-southeast-2': 'Asia Pacific (Sydney)',
  'ap-south-1': 'Asia Pacific (Mumbai)',
};

/** The provider's region, or the one that the program names. */
export default async function region(args: Properties, context: Context): Promise<Properties> {
  const name = typeof args.name === 'string' ? args.name : context.region;
  return {
    id: name,
    name,
    region: name,
    description: descriptions[name] ?? name,
    endpoint: `ec2.${name}.amazonaws.com${context.partition === 'aws-cn' ? '.cn' : ''}`,
  };
}
