import type {
  CreateListenerCommandInput,
  CreateListenerCommandOutput,
  DeleteListenerCommandInput,
  DescribeListenerAttributesCommandInput,
  DescribeListenerAttributesCommandOutput,
  DescribeListenersCommandInput,
  DescribeListenersCommandOutput,
  Listener,
  ModifyListenerAttributesCommandInput,
  ModifyListenerAttributesCommandOutput,
  ModifyListenerCommandInput,
  ModifyListenerCommandOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { checkActions } from './actions.ts';
import { attributeList, changed, defaults, listenerAttributes } from './attributes.ts';
import { listenersOf } from './balancer-model.ts';
import type { Balancing } from './balancing.ts';
import { invalidMarker, listenerNotFound, validation } from './errors.ts';
import { checkAssociations } from './associations.ts';
import { findLoadBalancer } from './load-balancers.ts';
import { checkTls } from './listener-tls.ts';
import { listenerArn, newId } from './names.ts';
import type { ElbState, StoredListener } from './state.ts';
import { checkTags } from './tags.ts';

const listenersPerLoadBalancer = 50;

/** Listeners. */
export function listenerOperations(parts: Parts, state: ElbState, balancing: Balancing) {
  return {
    async CreateListener(input: CreateListenerCommandInput): Promise<Answer<CreateListenerCommandOutput>> {
      const loadBalancer = findLoadBalancer(state, input.LoadBalancerArn);
      const { Port: port } = input;
      if (port === undefined) throw validation('A port must be specified');
      if (input.Protocol === undefined) throw validation('A protocol must be specified');
      const tls = checkTls(input, undefined, parts);
      checkPort(state, loadBalancer.arn, port);
      if (listenersOf(loadBalancer.arn, state).length >= listenersPerLoadBalancer) {
        throw new AwsError('TooManyListeners', 'The maximum number of listeners has been reached');
      }
      const actions = checkActions(input.DefaultActions ?? [], state);
      checkAssociations(actions, loadBalancer, state);
      const id = newId();
      const listener: StoredListener = {
        arn: listenerArn(loadBalancer.arn, id),
        id,
        loadBalancerArn: loadBalancer.arn,
        port,
        ...(tls && { tls }),
        actions,
        attributes: defaults(listenerAttributes),
        tags: checkTags(input.Tags ?? []),
      };
      await balancing.reroute(loadBalancer.arn, () => {
        state.listeners.set(listener.arn, listener);
      });
      return { Listeners: [view(listener)] };
    },

    async ModifyListener(input: ModifyListenerCommandInput): Promise<Answer<ModifyListenerCommandOutput>> {
      const listener = findListener(state, input.ListenerArn);
      const loadBalancer = findLoadBalancer(state, listener.loadBalancerArn);
      const tls = checkTls(input, listener.tls, parts);
      if (input.Port !== undefined && input.Port !== listener.port)
        checkPort(state, loadBalancer.arn, input.Port);
      const actions = input.DefaultActions ? checkActions(input.DefaultActions, state) : listener.actions;
      checkAssociations(actions, loadBalancer, state);
      const next = { ...listener, port: input.Port ?? listener.port, tls, actions };
      await balancing.reroute(loadBalancer.arn, () => {
        state.listeners.set(next.arn, next);
      });
      return { Listeners: [view(next)] };
    },

    async DeleteListener(input: DeleteListenerCommandInput): Promise<Record<string, never>> {
      const listener = findListener(state, input.ListenerArn);
      await balancing.reroute(listener.loadBalancerArn, () => {
        for (const rule of [...state.rules.values()])
          if (rule.listenerArn === listener.arn) state.rules.delete(rule.arn);
        state.listeners.delete(listener.arn);
      });
      return {};
    },

    async DescribeListeners(
      input: DescribeListenersCommandInput,
    ): Promise<Answer<DescribeListenersCommandOutput>> {
      if (input.LoadBalancerArn === undefined && input.ListenerArns === undefined) {
        throw validation('You must specify either listener ARNs or a load balancer ARN');
      }
      const all =
        input.LoadBalancerArn === undefined
          ? (input.ListenerArns ?? []).map((arn) => findListener(state, arn))
          : listenersOf(findLoadBalancer(state, input.LoadBalancerArn).arn, state);
      const { items, nextToken } = page(all, input.PageSize ?? 400, input.Marker, invalidMarker);
      return { Listeners: items.map(view), ...(nextToken && { NextMarker: nextToken }) };
    },

    async DescribeListenerAttributes(
      input: DescribeListenerAttributesCommandInput,
    ): Promise<Answer<DescribeListenerAttributesCommandOutput>> {
      return { Attributes: attributeList(findListener(state, input.ListenerArn).attributes) };
    },

    async ModifyListenerAttributes(
      input: ModifyListenerAttributesCommandInput,
    ): Promise<Answer<ModifyListenerAttributesCommandOutput>> {
      const listener = findListener(state, input.ListenerArn);
      const attributes = changed(listenerAttributes, listener.attributes, input.Attributes ?? []);
      state.listeners.set(listener.arn, { ...listener, attributes });
      return { Attributes: attributeList(attributes) };
    },
  };
}

export function findListener(state: ElbState, arn: string | undefined): StoredListener {
  const found = state.listeners.get(arn ?? '');
  if (!found) throw listenerNotFound(arn ?? '');
  return found;
}

function checkPort(state: ElbState, loadBalancerArn: string, port: number): void {
  if (port < 1 || port > 65_535) throw validation(`Port '${port}' must be between 1 and 65535`);
  if (listenersOf(loadBalancerArn, state).some((listener) => listener.port === port)) {
    throw new AwsError(
      'DuplicateListener',
      `A listener already exists on this port for this load balancer '${loadBalancerArn}'`,
    );
  }
}

const view = (listener: StoredListener): Listener => ({
  ListenerArn: listener.arn,
  LoadBalancerArn: listener.loadBalancerArn,
  Port: listener.port,
  Protocol: listener.tls ? 'HTTPS' : 'HTTP',
  ...(listener.tls && {
    Certificates: [{ CertificateArn: listener.tls.certificateArn }],
    SslPolicy: listener.tls.sslPolicy,
    MutualAuthentication: { Mode: 'off' },
  }),
  DefaultActions: listener.actions,
});
