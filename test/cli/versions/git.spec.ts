import { expect } from 'chai';
import { labelFrom } from '../../../cli/versions/git.ts';
import { versionLabel } from '../../../model/schemas.ts';

describe('the label of a version that nobody has named', () => {
  const at = Date.UTC(2026, 10, 7, 8, 9, 10);
  const git = { commit: '1a2b3c4d5e', short: '1a2b3c4', subject: 'Fix' };

  it('is made of commit and time, as eb does it', () => {
    expect(labelFrom(git, at)).to.equal('app-1a2b3c4-261107_080910');
    expect(versionLabel.safeParse(labelFrom(git, at)).success).to.equal(true);
  });

  it('is made of the time alone outside of git', () => {
    expect(labelFrom(undefined, at)).to.equal('app-261107_080910');
  });
});
