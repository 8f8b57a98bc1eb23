import { securityGroupRule } from './security-group-rule.ts';

export default securityGroupRule('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule', 'Egress');
