import { expect } from 'chai';
import fc from 'fast-check';
import { targetGroupName } from '../../infra/environment/load-balancer.ts';
import { fitName } from '../../infra/naming.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,60}[a-z0-9]$/);

describe('fitName', () => {
  it('leaves a short name alone', () => {
    expect(fitName('mywordpress-prod-web', 32)).to.equal('mywordpress-prod-web');
  });
  it('never exceeds the limit and never ends in two hyphens', () => {
    fc.assert(
      fc.property(name, (long) => {
        const fitted = fitName(long, 32);
        expect(fitted).to.have.length.at.most(32);
        if (fitted !== long) expect(fitted).to.match(/[a-z0-9]-[0-9a-f]{6}$/);
      }),
    );
  });
  it('keeps different names different', () => {
    const common = 'a'.repeat(40);
    expect(fitName(`${common}1`, 32)).not.to.equal(fitName(`${common}2`, 32));
  });
});

describe('targetGroupName', () => {
  it('is one that ELB accepts, and another one in another VPC', () => {
    const long = 'application-of-mine--a-stack-of-mine-web-blue';
    expect(targetGroupName(long, 'vpc-1')).to.match(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/);
    expect(targetGroupName(long, 'vpc-1')).not.to.equal(targetGroupName(long, 'vpc-2'));
  });
});
