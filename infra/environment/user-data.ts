/** What a new instance runs as root, once: it makes the agent start, nothing more. */
import { instancePaths, prepareOnly } from '../../model/names.ts';
import type { Slot } from '../../model/names.ts';
import type { ApplicationDescriptor, Platform } from '../../model/schemas.ts';

export interface UserDataArgs {
  readonly region: string;
  readonly bucket: string;
  readonly agent: ApplicationDescriptor['agent'];
  /** Name of the SSM parameter with the instance descriptor. */
  readonly descriptor: string;
  readonly slot: Slot;
  readonly platform: Platform;
  /** Whether the agent mounts a shared file system. */
  readonly mountsFiles: boolean;
}

/** Where the deploy document finds the Node.js that runs the agent. */
export const nodePath = '/opt/beanpole/node';

/** One word for the shell, whatever it holds. */
export const quoteForShell = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/**
 * A shell script for Amazon Linux 2023: installs what the image lacks, fetches the agent with the instance's own
 * credentials, checks it and starts it. What a golden image has is not fetched again. Anyone on the instance can read
 * user data, so it holds no secret. With the argument `prepare` it stops before anything that is one instance's own.
 */
export function userData(args: UserDataArgs): string {
  return [
    settings(args),
    environment,
    retry,
    packages(args),
    fetchAgent,
    endOfPreparation,
    unit(args),
    start,
  ].join('\n');
}

const settings = ({ region, bucket, agent }: UserDataArgs): string => `#!/bin/sh
set -eu

region=${quoteForShell(region)}
bucket=${quoteForShell(bucket)}
agent_key=${quoteForShell(agent.key)}
agent_sha256=${quoteForShell(agent.sha256)}
agent=${quoteForShell(instancePaths.agent)}
node=${quoteForShell(nodePath)}
`;

const environment = `# The machine's own settings, as every login has them.
if [ -r /etc/environment ]; then
  set -a
  . /etc/environment
  set +a
fi
`;

const retry = `# The network, the role's permissions and the package repositories may come up later than the instance.
attempt() {
  tries=1
  until "$@"; do
    [ "$tries" -lt 40 ] || return 1
    tries=$((tries + 1))
    sleep 3
  done
}
`;

/** What a platform needs besides Node.js, which runs the agent: a test for it, and Amazon Linux's packages. */
const platformPackages: Readonly<Record<Platform, string>> = {
  nodejs: '',
  procfile: '',
  php: `ls /usr/sbin/php-fpm* >/dev/null 2>&1 || missing="$missing php8.3-fpm php8.3-mysqlnd php8.3-mbstring php8.3-xml php8.3-opcache"
`,
  python: `python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || missing="$missing python3.11"
`,
};

const fileSystemPackages = `command -v mount.efs >/dev/null || missing="$missing amazon-efs-utils"
`;

const packages = ({ platform, mountsFiles }: UserDataArgs): string => `find_node() {
  for candidate in node-24 node; do
    path=$(command -v "$candidate") || continue
    if [ "$("$path" -p 'parseInt(process.versions.node) >= 24')" = true ]; then
      echo "$path"
      return 0
    fi
  done
  return 1
}

missing=
find_node >/dev/null || missing="$missing nodejs24"
command -v nginx >/dev/null || missing="$missing nginx"
command -v nft >/dev/null || missing="$missing nftables"
${platformPackages[platform]}${mountsFiles ? fileSystemPackages : ''}if [ -n "$missing" ]; then
  # Unquoted: one word per package.
  attempt dnf install -y $missing
fi
mkdir -p /opt/beanpole /etc/beanpole
ln -sfn "$(find_node)" "$node"
`;

const fetchAgent = `metadata=http://169.254.169.254/latest
imds() {
  curl -sf -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/$1"
}
field() {
  printf '%s' "$credentials" | "$node" -p 'JSON.parse(require("fs").readFileSync(0, "utf8"))[process.argv[1]]' "$1"
}

# Credentials go to curl through its standard input: arguments are visible to every process.
fetch_agent() {
  token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$metadata/api/token") || return 1
  role=$(imds iam/security-credentials/) || return 1
  credentials=$(imds "iam/security-credentials/$role") || return 1
  origin=\${AWS_ENDPOINT_URL:-https://s3.$region.amazonaws.com}
  curl -sf --config - --output "$agent.new" "$origin/$bucket/$agent_key" <<EOF || return 1
aws-sigv4 = "aws:amz:$region:s3"
user = "$(field AccessKeyId):$(field SecretAccessKey)"
header = "X-Amz-Security-Token: $(field Token)"
EOF
  echo "$agent_sha256  $agent.new" | sha256sum --check --status
}
if ! echo "$agent_sha256  $agent" | sha256sum --check --status 2>/dev/null; then
  attempt fetch_agent
  mv "$agent.new" "$agent"
fi
`;

const endOfPreparation = `# An image is made of a machine that has been nobody yet.
[ "\${1-}" != ${prepareOnly} ] || exit 0
`;

const unit = ({
  region,
  descriptor,
  slot,
}: UserDataArgs): string => `cat >${instancePaths.environmentFile} <<'EOF'
BEANPOLE_DESCRIPTOR=${descriptor}
BEANPOLE_SLOT=${slot}
AWS_REGION=${region}
EOF

cat >/etc/systemd/system/beanpole-agent.service <<'EOF'
[Unit]
Description=Beanpole agent
Wants=network-online.target
After=network-online.target

[Service]
Type=simple
EnvironmentFile=-/etc/environment
EnvironmentFile=${instancePaths.environmentFile}
ExecStart=${nodePath} ${instancePaths.agent} run
Restart=always
RestartSec=1
KillMode=process
TimeoutStopSec=330
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
EOF
`;

const start = `systemctl daemon-reload
systemctl enable --now beanpole-agent
`;
