/** The policy pack: `pulumi preview --policy-pack infra/policy`. The rules themselves are pure: rules.ts. */
import { PolicyPack } from '@pulumi/policy';
import type { Policies } from '@pulumi/policy';
import { rules } from './rules.ts';
import type { Rule } from './rules.ts';

interface Seen {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly urn: string;
}

const resourceOf = ({ type, name, props, urn }: Seen) => ({ type, name, inputs: props, urn });

/** What is not known before an `up` is judged during it. */
const policyOf = ({ name, description, isOfOne, violations }: Rule): Policies[number] =>
  isOfOne
    ? {
        name,
        description,
        validateResource(args, report) {
          for (const { message } of violations([resourceOf(args)])) report(`${args.name}: ${message}`);
        },
      }
    : {
        name,
        description,
        validateStack({ resources }, report) {
          for (const { resource, message } of violations(resources.map(resourceOf)))
            report(`${resource.name}: ${message}`, resource.urn);
        },
      };

new PolicyPack('beanpole', { enforcementLevel: 'mandatory', policies: rules.map(policyOf) });
