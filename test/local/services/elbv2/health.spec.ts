import { expect } from 'chai';
import { parseStatus } from '../../../../local/services/elbv2/haproxy/runtime.ts';
import { decide, describeHealth } from '../../../../local/services/elbv2/health.ts';
import { countRequests, parseRequest } from '../../../../local/services/elbv2/metrics.ts';
import { defaultHealthCheck } from '../../../../local/services/elbv2/target-group-rules.ts';
import type { StoredTarget } from '../../../../local/services/elbv2/state.ts';

const target = (more: Partial<StoredTarget> = {}): StoredTarget => ({
  id: 'i-1',
  port: 80,
  address: '10.0.1.5',
  availabilityZone: 'eu-central-1a',
  since: 0,
  phase: 'serving',
  startsHealthy: true,
  stopped: false,
  ...more,
});
const status = (check: string, up = false, code = '') => ({ up, inFlight: 0, check, code });

describe('target health', () => {
  it('is decided by one success, or by as many intervals as the threshold', () => {
    const fresh = target({ phase: 'probing' });
    expect(decide(fresh, defaultHealthCheck, undefined, 100)).to.equal('waits');
    expect(decide(fresh, defaultHealthCheck, status('L7OK', true), 100)).to.equal('healthy');
    expect(decide(fresh, defaultHealthCheck, status('L4CON'), 59_999)).to.equal('waits');
    expect(decide(fresh, defaultHealthCheck, status('L4CON'), 60_000)).to.equal('unhealthy');
  });

  it("is told in AWS's states and reasons", () => {
    const reasonOf = (...args: Parameters<typeof describeHealth>) => {
      const { State, Reason } = describeHealth(...args);
      return [State, Reason];
    };
    expect(reasonOf(target(), true, status('L7OK', true))).to.deep.equal(['healthy', undefined]);
    expect(reasonOf(target(), true, status('L7STS', false, '500'))).to.deep.equal([
      'unhealthy',
      'Target.ResponseCodeMismatch',
    ]);
    expect(describeHealth(target(), true, status('L7STS', false, '500')).Description).to.include('[500]');
    expect(reasonOf(target(), true, status('L4TOUT'))).to.deep.equal(['unhealthy', 'Target.Timeout']);
    expect(reasonOf(target(), true, status('L4CON'))).to.deep.equal([
      'unhealthy',
      'Target.FailedHealthChecks',
    ]);
    expect(reasonOf(target({ phase: 'probing' }), true, undefined)).to.deep.equal([
      'initial',
      'Elb.InitialHealthChecking',
    ]);
    expect(reasonOf(target({ phase: 'draining' }), true, undefined)).to.deep.equal([
      'draining',
      'Target.DeregistrationInProgress',
    ]);
    expect(reasonOf(target(), false, undefined)).to.deep.equal(['unused', 'Target.NotInUse']);
    expect(reasonOf(target({ stopped: true }), true, undefined)).to.deep.equal([
      'unused',
      'Target.InvalidState',
    ]);
  });

  it("is read from HAProxy's statistics", () => {
    const csv =
      '# pxname,svname,scur,status,check_status,check_code,\ntg,a,3,UP,L7OK,200,\ntg,b,0,DOWN,* L7STS,500,\ntg,c,0,UP 1/2,INI,,\n\n';
    expect([...parseStatus(csv)]).to.deep.equal([
      ['tg/a', { up: true, inFlight: 3, check: 'L7OK', code: '200' }],
      ['tg/b', { up: false, inFlight: 0, check: 'L7STS', code: '500' }],
      ['tg/c', { up: true, inFlight: 0, check: '', code: '' }],
    ]);
  });
});

describe('metrics of requests', () => {
  it('tell what the target answered from what the load balancer answered', () => {
    expect(parseRequest('Server tg/a is UP')).to.equal(undefined);
    const counts = countRequests({ Name: 'LoadBalancer', Value: 'app/shop/1' }, (backend) =>
      backend === 'web' ? { Name: 'TargetGroup', Value: 'targetgroup/web/1' } : undefined,
    );
    counts.add('--|200|20|web|i-1_80|100|50');
    counts.add('--|500|40|web.open|i-1_80|100|50');
    counts.add('SC|503|-1|web|<NOSRV>|100|50');
    const data = counts.take(new Date(0), () => 2);
    const sum = (name: string, dimensions: number) => {
      const found = data.find(
        ({ MetricName, Dimensions }) => MetricName === name && Dimensions?.length === dimensions,
      );
      return found?.Values?.reduce((total, value, index) => total + value * found.Counts![index]!, 0);
    };
    expect(sum('RequestCount', 1)).to.equal(3);
    expect(sum('RequestCount', 2)).to.equal(3);
    expect(sum('HTTPCode_Target_2XX_Count', 2)).to.equal(1);
    expect(sum('HTTPCode_Target_5XX_Count', 1)).to.equal(1);
    expect(sum('HTTPCode_ELB_5XX_Count', 1)).to.equal(1);
    expect(sum('TargetResponseTime', 2)).to.be.closeTo(0.06, 1e-9);
    // Two healthy targets shared the three requests.
    const shares = data.filter(({ MetricName }) => MetricName === 'RequestCountPerTarget');
    expect(shares.map(({ Value, Dimensions }) => [Value, Dimensions?.length])).to.deep.equal([
      [1.5, 1],
      [1.5, 2],
    ]);
    expect(counts.take(new Date(0), () => 2)).to.deep.equal([]);
  });
});
