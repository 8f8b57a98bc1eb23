// The policy pack: `pulumi preview --policy-pack infra/policy`. The rules themselves are pure: rules.ts.
// Plain JavaScript, because Pulumi's own host compiles a TypeScript entry itself, and not as Node runs it.
import { PolicyPack } from '@pulumi/policy';
import { rules } from './rules.ts';

const resourceOf = ({ type, name, props, urn }) => ({ type, name, inputs: props, urn });

/** What is not known before an `up` is judged during it. */
const policyOf = ({ name, description, isOfOne, violations }) =>
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
