import { AwsError, type Service } from '../../../../local/endpoint/service.ts';

interface Targets {
  readonly TargetGroupArn: string;
  readonly Targets: readonly { readonly Id: string }[];
}

/** Target groups as Auto Scaling sees them; tests say how healthy targets are and when they are drained. */
export class FakeTargetGroups {
  readonly groups = new Map<string, Map<string, string>>();

  make(name: string): string {
    const arn = `arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/${name}/1`;
    this.groups.set(arn, new Map());
    return arn;
  }

  readonly service: Service = {
    name: 'elasticloadbalancing',
    operations: {
      DescribeTargetGroups: ({ TargetGroupArns: arns }: { TargetGroupArns: string[] }) => {
        for (const arn of arns) this.#group(arn);
        return { TargetGroups: [] };
      },
      RegisterTargets: ({ TargetGroupArn: arn, Targets: targets }: Targets) => {
        for (const { Id } of targets) this.#group(arn).set(Id, 'initial');
        return {};
      },
      DeregisterTargets: ({ TargetGroupArn: arn, Targets: targets }: Targets) => {
        for (const { Id } of targets) if (this.#group(arn).has(Id)) this.#group(arn).set(Id, 'draining');
        return {};
      },
      DescribeTargetHealth: ({ TargetGroupArn: arn }: Targets) => ({
        TargetHealthDescriptions: [...this.#group(arn)].map(([Id, State]) => ({
          Target: { Id },
          TargetHealth: { State },
        })),
      }),
    },
  };

  #group(arn: string): Map<string, string> {
    const group = this.groups.get(arn);
    if (!group) throw new AwsError('TargetGroupNotFound', `Target groups '${arn}' not found`);
    return group;
  }
}
