import { createHash } from 'node:crypto';
import type { ResourceRecord } from '@aws-sdk/client-acm';
import type { Parts } from '../parts.ts';

/** The record that proves who owns a name: the same one for a name and its wildcard, in every certificate. */
export function validationRecord(account: string, name: string): ResourceRecord & { Name: string } {
  const domain = name.replace(/^\*\./, '');
  const digest = (what: string) => createHash('sha256').update(`${account}|${domain}|${what}`).digest('hex');
  return {
    Name: `_${digest('name').slice(0, 32)}.${domain}.`,
    Type: 'CNAME',
    Value: `_${digest('value').slice(0, 32)}.${digest('zone').replaceAll(/\d/g, '').slice(0, 10)}.acm-validations.aws.`,
  };
}

/** Whether the public DNS answers a name's record. */
export function isValidated(parts: Parts, name: string): boolean {
  const { Name, Value } = validationRecord(parts.account, name);
  const { records } = parts.services.route53.resolve(Name, 'CNAME');
  return records.some(({ type, data }) => type === 'CNAME' && withDot(data) === Value);
}

const withDot = (name: string): string => (name.endsWith('.') ? name : `${name}.`).toLowerCase();
