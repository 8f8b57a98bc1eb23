import { expect } from 'chai';
import { pendingSentence } from '../../../infra/environment/environment.ts';
import { launchTemplateArgs } from '../../../infra/environment/launch-template.ts';
import { bootTimeoutSeconds, slotSize } from '../../../infra/environment/slot.ts';

describe('a slot', () => {
  const wanted = { minSize: 2, maxSize: 6 };

  it('has the wanted size when it is active, else none', () => {
    expect(slotSize('blue', 'blue', wanted)).to.deep.equal(wanted);
    expect(slotSize('green', 'blue', wanted)).to.deep.equal({ minSize: 0, maxSize: 0 });
  });

  it('gives an instance time to install and deploy, within the limits of AWS', () => {
    expect(bootTimeoutSeconds(600)).to.equal(1200);
    expect(bootTimeoutSeconds(10_000)).to.equal(7200);
  });

  it('refuses user data that EC2 would refuse', () => {
    const args = {
      imageId: 'ami-1',
      instanceType: 't3.small',
      rootVolumeSizeGb: 8,
      instanceProfileName: 'profile',
      securityGroupId: 'sg-1',
      userData: 'x'.repeat(16_385),
      tags: {},
    };
    expect(() => launchTemplateArgs(args)).to.throw('User data has 16385 bytes; EC2 takes 16384.');
  });
});

describe('pending infrastructure changes', () => {
  it('are none before the first deployment and when the instances run the newest template', () => {
    expect(pendingSentence(undefined, '1')).to.equal(undefined);
    expect(pendingSentence('2', '2')).to.equal(undefined);
  });

  it('say why they wait', () => {
    expect(pendingSentence('1', '2')).to.equal(
      'Launch template version 2 is ready, instances run 1: it takes new instances, which the next `beanpole deploy` launches.',
    );
  });
});
