import { securityGroupRule } from './security-group-rule.ts';

export default securityGroupRule('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', 'Ingress');
