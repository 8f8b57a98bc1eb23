import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { list, number, required, set, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { action, fromActions, toActions } from './actions.ts';
import { condition, fromConditions, toConditions } from './conditions.ts';
import { newTags, readTags, updateTags } from './elb.ts';

const gone = ['RuleNotFound', 'RuleNotFoundException'];

export default regional({
  type: 'aws:lb/listenerRule:ListenerRule',
  inputs: {
    listenerArn: required(string({ replaces: true })),
    priority: number({ computed: true }),
    actions: required(list(action)),
    conditions: required(set(condition)),
    tags: tags(),
  },

  async create(inputs, context) {
    const elb = await context.clients.elb();
    const create = async (Priority: number) =>
      elb.createRule({
        ListenerArn: inputs.listenerArn,
        Priority,
        Actions: toActions(inputs.actions),
        Conditions: toConditions(inputs.conditions),
        ...newTags(inputs.tags),
      });
    const made =
      inputs.priority === undefined
        ? await createBehindAll(elb, inputs.listenerArn, create, context)
        : await create(inputs.priority);
    return made.Rules?.[0]?.RuleArn ?? '';
  },

  async read(id, context) {
    const elb = await context.clients.elb();
    const found = await ifFound(gone, () => elb.describeRules({ RuleArns: [id] }));
    const rule = found?.Rules?.[0];
    return (
      rule && {
        arn: id,
        listenerArn: listenerOf(id),
        priority: Number(rule.Priority),
        actions: fromActions(rule.Actions),
        conditions: fromConditions(rule.Conditions),
        ...(await readTags(elb, id)),
      }
    );
  },

  async update(id, { olds, news, changed }, context) {
    const elb = await context.clients.elb();
    if (changed('priority') && news.priority !== undefined)
      await elb.setRulePriorities({ RulePriorities: [{ RuleArn: id, Priority: news.priority }] });
    if (changed('actions', 'conditions'))
      await elb.modifyRule({
        RuleArn: id,
        ...(changed('actions') ? { Actions: toActions(news.actions) } : {}),
        ...(changed('conditions') ? { Conditions: toConditions(news.conditions) } : {}),
      });
    if (changed('tags')) await updateTags(elb, id, olds, news.tags);
  },

  async delete(id, context) {
    const elb = await context.clients.elb();
    await ifFound(gone, () => elb.deleteRule({ RuleArn: id }));
  },
});

/** A rule's ARN is its listener's with another type and one more id. */
const listenerOf = (arn: string): string =>
  arn.replace(':listener-rule/', ':listener/').replace(/\/[^/]+$/, '');

/** Another rule may take the next priority at the same moment; then the one after it is next. */
async function createBehindAll<T>(
  elb: ElasticLoadBalancingV2,
  listener: string,
  create: (priority: number) => Promise<T>,
  context: Context,
): Promise<T> {
  return context.until(`no priority is free on listener ${listener}`, async () => {
    const { Rules } = await elb.describeRules({ ListenerArn: listener });
    const taken = (Rules ?? []).map(({ Priority }) => Number(Priority)).filter(Number.isFinite);
    const priority = Math.max(0, ...taken) + 1;
    return ifFound(['PriorityInUse', 'PriorityInUseException'], () => create(priority));
  });
}
