import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { unsupported, validation } from './errors.ts';

/** Rules of composite alarms: `ALARM("a") AND NOT (OK(b) OR INSUFFICIENT_DATA(c))`. Pure. */

type StateOf = (alarm: string) => StateValue | undefined;
type Rule = (stateOf: StateOf) => boolean;

const tokenPattern = /\s*(\(|\)|"[^"]*"|[^\s()"]+)/y;
const states = ['ALARM', 'OK', 'INSUFFICIENT_DATA'];

export const evaluateRule = (text: string, stateOf: StateOf): boolean => parseRule(text).rule(stateOf);

/** The rule and the alarms it names; throws AWS's refusal of one that cannot be read. */
export function parseRule(text: string): { rule: Rule; alarms: readonly string[] } {
  const tokens = tokensOf(text);
  const alarms: string[] = [];
  let place = 0;
  const fail = () => validation(`AlarmRule must not contain leading or trailing garbage: ${text}`);

  function either(): Rule {
    const parts = [both()];
    while (tokens[place] === 'OR') {
      place += 1;
      parts.push(both());
    }
    return (stateOf) => parts.some((part) => part(stateOf));
  }

  function both(): Rule {
    const parts = [single()];
    while (tokens[place] === 'AND') {
      place += 1;
      parts.push(single());
    }
    return (stateOf) => parts.every((part) => part(stateOf));
  }

  function single(): Rule {
    const token = tokens[place++];
    if (token === 'NOT') {
      const inner = single();
      return (stateOf) => !inner(stateOf);
    }
    if (token === 'TRUE' || token === 'FALSE') return () => token === 'TRUE';
    if (token === 'AT_LEAST') throw unsupported('AT_LEAST');
    if (token === '(') {
      const inner = either();
      if (tokens[place++] !== ')') throw fail();
      return inner;
    }
    if (token === undefined || !states.includes(token)) throw fail();
    const [open, name = '', close] = tokens.slice(place, place + 3);
    place += 3;
    if (open !== '(' || close !== ')') throw fail();
    const alarm = nameOf(name);
    alarms.push(alarm);
    return (stateOf) => stateOf(alarm) === token;
  }

  const rule = either();
  if (place < tokens.length) throw fail();
  return { rule, alarms };
}

/** An alarm is named by its name or its ARN, with or without quotes. */
const nameOf = (token: string): string =>
  token.replace(/^"|"$/g, '').replace(/^arn:aws:cloudwatch:[^:]*:\d*:alarm:/, '');

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < end) {
    const found = tokenPattern.exec(text)?.[1];
    if (found === undefined) throw validation(`AlarmRule cannot be read: ${text}`);
    tokens.push(found);
  }
  return tokens;
}
