import { list, number, required, string } from '../../../resource/schema.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { action, fromActions, toActions } from './actions.ts';
import { newTags, readTags, updateTags } from './elb.ts';

const gone = ['ListenerNotFound', 'ListenerNotFoundException'];

export default regional({
  type: 'aws:lb/listener:Listener',
  inputs: {
    loadBalancerArn: required(string({ replaces: true })),
    port: required(number()),
    protocol: string({ default: 'HTTP', values: ['HTTP', 'HTTPS'] }),
    sslPolicy: string({ computed: true }),
    certificateArn: string(),
    defaultActions: required(list(action)),
    tags: tags(),
  },

  async create(inputs, context) {
    const elb = await context.clients.elb();
    const { Listeners } = await elb.createListener({
      LoadBalancerArn: inputs.loadBalancerArn,
      ...settings(inputs),
      ...newTags(inputs.tags),
    });
    return Listeners?.[0]?.ListenerArn ?? '';
  },

  async read(id, context) {
    const elb = await context.clients.elb();
    const found = await ifFound(gone, () => elb.describeListeners({ ListenerArns: [id] }));
    const listener = found?.Listeners?.[0];
    return (
      listener && {
        arn: id,
        loadBalancerArn: listener.LoadBalancerArn,
        port: listener.Port,
        protocol: listener.Protocol,
        sslPolicy: listener.SslPolicy,
        certificateArn: listener.Certificates?.[0]?.CertificateArn,
        defaultActions: fromActions(listener.DefaultActions),
        ...(await readTags(elb, id)),
      }
    );
  },

  async update(id, { olds, news, changed }, context) {
    const elb = await context.clients.elb();
    const all = settings(news);
    const changes = {
      ...(changed('port') ? { Port: all.Port } : {}),
      ...(changed('protocol') ? { Protocol: all.Protocol } : {}),
      ...(changed('sslPolicy') ? { SslPolicy: all.SslPolicy } : {}),
      ...(changed('certificateArn') ? { Certificates: all.Certificates } : {}),
      ...(changed('defaultActions') ? { DefaultActions: all.DefaultActions } : {}),
    };
    if (Object.keys(changes).length > 0) await elb.modifyListener({ ListenerArn: id, ...changes });
    if (changed('tags')) await updateTags(elb, id, olds, news.tags);
  },

  async delete(id, context) {
    const elb = await context.clients.elb();
    await ifFound(gone, () => elb.deleteListener({ ListenerArn: id }));
  },
});

interface Settings {
  readonly port: number;
  readonly protocol: string | undefined;
  readonly sslPolicy: string | undefined;
  readonly certificateArn: string | undefined;
  readonly defaultActions: Parameters<typeof toActions>[0];
}

const settings = (inputs: Settings) => ({
  Port: inputs.port,
  Protocol: inputs.protocol as 'HTTP' | undefined,
  SslPolicy: inputs.sslPolicy,
  Certificates: inputs.certificateArn ? [{ CertificateArn: inputs.certificateArn }] : undefined,
  DefaultActions: toActions(inputs.defaultActions),
});
