import type { Route } from '@aws-sdk/client-ec2';
import type { Properties } from '../../../protocol/values.ts';
import { string } from '../../../resource/schema.ts';

/** Where a route may lead, as its target is called in properties and in the API. */
export const targets = {
  gatewayId: 'GatewayId',
  natGatewayId: 'NatGatewayId',
  networkInterfaceId: 'NetworkInterfaceId',
  vpcPeeringConnectionId: 'VpcPeeringConnectionId',
  transitGatewayId: 'TransitGatewayId',
} as const;

export const targetInputs = {
  gatewayId: string(),
  natGatewayId: string(),
  networkInterfaceId: string(),
  vpcPeeringConnectionId: string(),
  transitGatewayId: string(),
};

type Target = { readonly [K in keyof typeof targets]?: string | undefined };

export function target(inputs: Target): Record<string, string> {
  const entries = Object.entries(targets).flatMap(([property, member]) => {
    const value = inputs[property as keyof Target];
    return value ? [[member, value] as const] : [];
  });
  return Object.fromEntries(entries);
}

export function fromTarget(route: Route): Properties {
  return Object.fromEntries(Object.entries(targets).map(([property, member]) => [property, route[member]]));
}

/** Routes that a program makes; those of the VPC itself and of endpoints come by themselves. */
export const isOwn = (route: Route): boolean => route.Origin === 'CreateRoute' && route.GatewayId !== 'local';
