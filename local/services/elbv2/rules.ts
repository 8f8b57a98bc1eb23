import type {
  CreateRuleCommandInput,
  CreateRuleCommandOutput,
  DeleteRuleCommandInput,
  DescribeRulesCommandInput,
  DescribeRulesCommandOutput,
  ModifyRuleCommandInput,
  ModifyRuleCommandOutput,
  Rule,
  SetRulePrioritiesCommandInput,
  SetRulePrioritiesCommandOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import { checkActions } from './actions.ts';
import { checkAssociations } from './associations.ts';
import type { Balancing } from './balancing.ts';
import { invalidMarker, notPermitted, ruleNotFound, unsupported, validation } from './errors.ts';
import { findListener } from './listeners.ts';
import { findLoadBalancer } from './load-balancers.ts';
import { defaultRuleArn, newId, ruleArn } from './names.ts';
import { checkConditions } from './rule-conditions.ts';
import type { ElbState, StoredListener, StoredRule } from './state.ts';
import { checkTags } from './tags.ts';

const rulesPerLoadBalancer = 100;

/** Rules of listeners. */
export function ruleOperations(state: ElbState, balancing: Balancing) {
  const rulesOf = (listenerArn: string): StoredRule[] =>
    [...state.rules.values()]
      .filter((rule) => rule.listenerArn === listenerArn)
      .sort((a, b) => a.priority - b.priority);

  function findRule(arn: string): StoredRule {
    const found = state.rules.get(arn);
    if (!found) throw ruleNotFound(arn);
    return found;
  }

  function refuseDefault(arn: string, what: string): void {
    if ([...state.listeners.values()].some((listener) => defaultRuleArn(listener.arn) === arn)) {
      throw notPermitted(`Default rule '${arn}' cannot be ${what}`);
    }
  }

  return {
    async CreateRule(input: CreateRuleCommandInput): Promise<Answer<CreateRuleCommandOutput>> {
      const listener = findListener(state, input.ListenerArn);
      const loadBalancer = findLoadBalancer(state, listener.loadBalancerArn);
      if (input.Transforms?.length) throw unsupported('Transforms');
      const priority = checkPriority(input.Priority ?? 0);
      const conditions = checkConditions(input.Conditions ?? []);
      const actions = checkActions(input.Actions ?? [], state);
      checkAssociations(actions, loadBalancer, state);
      if (rulesOf(listener.arn).some((rule) => rule.priority === priority)) throw priorityInUse(priority);
      if (rulesOf(listener.arn).length >= rulesPerLoadBalancer)
        throw new AwsError('TooManyRules', 'The maximum number of rules has been reached');
      const tags = checkTags(input.Tags ?? []);
      const rule = {
        arn: ruleArn(listener.arn, newId()),
        listenerArn: listener.arn,
        priority,
        conditions,
        actions,
        tags,
      };
      await balancing.reroute(loadBalancer.arn, () => {
        state.rules.set(rule.arn, rule);
      });
      return { Rules: [view(rule)] };
    },

    async ModifyRule(input: ModifyRuleCommandInput): Promise<Answer<ModifyRuleCommandOutput>> {
      const arn = input.RuleArn ?? '';
      refuseDefault(arn, 'modified');
      if (input.Transforms?.length) throw unsupported('Transforms');
      const rule = findRule(arn);
      const { loadBalancerArn } = findListener(state, rule.listenerArn);
      const conditions = input.Conditions ? checkConditions(input.Conditions) : rule.conditions;
      const actions = input.Actions ? checkActions(input.Actions, state) : rule.actions;
      checkAssociations(actions, findLoadBalancer(state, loadBalancerArn), state);
      const next = { ...rule, conditions, actions };
      await balancing.reroute(loadBalancerArn, () => {
        state.rules.set(arn, next);
      });
      return { Rules: [view(next)] };
    },

    async DeleteRule(input: DeleteRuleCommandInput): Promise<Record<string, never>> {
      const arn = input.RuleArn ?? '';
      refuseDefault(arn, 'deleted');
      const rule = findRule(arn);
      await balancing.reroute(findListener(state, rule.listenerArn).loadBalancerArn, () => {
        state.rules.delete(arn);
      });
      return {};
    },

    async SetRulePriorities(
      input: SetRulePrioritiesCommandInput,
    ): Promise<Answer<SetRulePrioritiesCommandOutput>> {
      const wanted = (input.RulePriorities ?? []).map(({ RuleArn = '', Priority = 0 }) => {
        refuseDefault(RuleArn, 'given a priority');
        return { rule: findRule(RuleArn), priority: checkPriority(Priority) };
      });
      const moved = new Set(wanted.map(({ rule }) => rule.arn));
      for (const { rule, priority } of wanted) {
        const others = rulesOf(rule.listenerArn).filter(({ arn }) => !moved.has(arn));
        const twice =
          wanted.filter((one) => one.rule.listenerArn === rule.listenerArn && one.priority === priority)
            .length > 1;
        if (twice || others.some((other) => other.priority === priority)) throw priorityInUse(priority);
      }
      const changed = wanted.map(({ rule, priority }) => ({ ...rule, priority }));
      for (const rule of changed) state.rules.set(rule.arn, rule);
      const users = new Set(
        changed.map(({ listenerArn }) => findListener(state, listenerArn).loadBalancerArn),
      );
      for (const arn of users) await balancing.sync(arn);
      return { Rules: changed.map(view) };
    },

    async DescribeRules(input: DescribeRulesCommandInput): Promise<Answer<DescribeRulesCommandOutput>> {
      if ((input.ListenerArn === undefined) === (input.RuleArns === undefined)) {
        throw validation('You must specify either listener rule ARNs or a listener ARN');
      }
      const { items, nextToken } = page(choose(input), input.PageSize ?? 400, input.Marker, invalidMarker);
      return { Rules: [...items], ...(nextToken && { NextMarker: nextToken }) };
    },
  };

  function choose({ ListenerArn, RuleArns }: DescribeRulesCommandInput): Rule[] {
    if (ListenerArn !== undefined) {
      const listener = findListener(state, ListenerArn);
      return [...rulesOf(listener.arn).map(view), defaultView(listener)];
    }
    return (RuleArns ?? []).map((arn) => {
      const listener = [...state.listeners.values()].find((one) => defaultRuleArn(one.arn) === arn);
      return listener ? defaultView(listener) : view(findRule(arn));
    });
  }
}

function checkPriority(priority: number): number {
  if (priority >= 1 && priority <= 50_000) return priority;
  throw validation(`Priority '${priority}' must be between 1 and 50000`);
}

const priorityInUse = (priority: number) =>
  new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`);

const view = (rule: StoredRule): Rule => ({
  RuleArn: rule.arn,
  Priority: String(rule.priority),
  Conditions: rule.conditions,
  Actions: rule.actions,
  IsDefault: false,
  Transforms: [],
});

const defaultView = (listener: StoredListener): Rule => ({
  RuleArn: defaultRuleArn(listener.arn),
  Priority: 'default',
  Conditions: [],
  Actions: listener.actions,
  IsDefault: true,
  Transforms: [],
});
