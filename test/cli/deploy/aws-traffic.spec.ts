import { expect } from 'chai';
import { reweighted } from '../../../cli/deploy/aws-traffic.ts';

const forward = (blue: number, green: number) => ({
  Type: 'forward' as const,
  ForwardConfig: {
    TargetGroups: [
      { TargetGroupArn: 'arn:blue', Weight: blue },
      { TargetGroupArn: 'arn:green', Weight: green },
    ],
    TargetGroupStickinessConfig: { Enabled: false },
  },
});
const toGreen = new Map([
  ['arn:green', 100],
  ['arn:blue', 0],
]);

describe('the weights of a listener', () => {
  it('move, and nothing else of the action does', () => {
    expect(reweighted([forward(100, 0)], toGreen)).to.deep.equal([forward(0, 100)]);
  });

  it('are not written when they are right already', () => {
    expect(reweighted([forward(0, 100)], toGreen)).to.equal(undefined);
  });

  it('leave redirects, and what leads elsewhere, alone', () => {
    const redirect = { Type: 'redirect' as const, RedirectConfig: { StatusCode: 'HTTP_301' as const } };
    const elsewhere = {
      Type: 'forward' as const,
      TargetGroupArn: 'arn:other',
      ForwardConfig: { TargetGroups: [{ TargetGroupArn: 'arn:other', Weight: 1 }] },
    };
    expect(reweighted([redirect], toGreen)).to.equal(undefined);
    expect(reweighted([elsewhere], toGreen)).to.equal(undefined);
  });
});
