import { required, string } from '../../../resource/schema.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';

const gone = ['ListenerNotFound', 'ListenerNotFoundException'];

/** A further certificate of an HTTPS listener, which clients choose by server name. */
export default regional({
  type: 'aws:lb/listenerCertificate:ListenerCertificate',
  inputs: {
    listenerArn: required(string({ replaces: true })),
    certificateArn: required(string({ replaces: true })),
  },

  async create({ listenerArn, certificateArn }, context) {
    const elb = await context.clients.elb();
    await elb.addListenerCertificates({
      ListenerArn: listenerArn,
      Certificates: [{ CertificateArn: certificateArn }],
    });
    return `${listenerArn}_${certificateArn}`;
  },

  async read(id, context) {
    const elb = await context.clients.elb();
    const [listenerArn = '', certificateArn = ''] = id.split('_');
    const found = await ifFound(gone, () => elb.describeListenerCertificates({ ListenerArn: listenerArn }));
    const isThere = found?.Certificates?.some(
      (one) => one.CertificateArn === certificateArn && one.IsDefault !== true,
    );
    return isThere ? { listenerArn, certificateArn } : undefined;
  },

  async update() {
    throw new Error('Every change of a listener certificate makes a new one.');
  },

  async delete(id, context) {
    const elb = await context.clients.elb();
    const [listenerArn = '', certificateArn = ''] = id.split('_');
    await ifFound(gone, () =>
      elb.removeListenerCertificates({
        ListenerArn: listenerArn,
        Certificates: [{ CertificateArn: certificateArn }],
      }),
    );
  },
});
