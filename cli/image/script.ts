/** What runs on a builder, as root, by Run Command: texts in, shell scripts out. */
import { instancePaths, prepareOnly } from '../../model/names.ts';

/** Whether a launch template's user data can be told to prepare a machine and to start nothing. */
export const canPrepare = (userData: string): boolean => userData.includes(`!= ${prepareOnly} ]`);

/** The builder does what every instance does when it boots, up to where it would become one. */
export const prepareScript = (userData: string): string => `set -eu
cat >/root/prepare.base64 <<'END'
${Buffer.from(userData).toString('base64')}
END
base64 -d /root/prepare.base64 >/root/prepare.sh
sh /root/prepare.sh ${prepareOnly}
rm /root/prepare.base64 /root/prepare.sh
`;

/** Of the agent and the applications; a builder has none of it, and if it ever had, an image must not. */
const ofOneInstance = [
  instancePaths.state,
  instancePaths.logs,
  '/var/app',
  '/etc/beanpole',
  '/etc/systemd/system/beanpole-agent.service',
  '/etc/systemd/system/multi-user.target.wants/beanpole-agent.service',
];

/** What makes a machine itself, as Amazon's guide to shared images lists it: keys, ids, histories, logs. */
const cleaning = `set -eu
# Run Command reports its result first; its agent must write nothing after that.
sleep 3
systemctl stop amazon-ssm-agent 2>/dev/null || true
cloud-init clean --logs 2>/dev/null || true
rm -rf ${ofOneInstance.join(' ')}
rm -rf /var/lib/cloud/* /var/lib/amazon/ssm/* /var/lib/systemd/random-seed /var/lib/dbus/machine-id
rm -rf /etc/ssh/ssh_host_* /root/.ssh /home/*/.ssh /root/.*_history /home/*/.*_history
rm -rf /var/cache/dnf /var/tmp/* /var/log/journal/* /etc/hostname
find /var/log -type f -delete
: >/etc/machine-id
sync
# Only a machine that got here shuts itself down: a builder that was stopped from inside is clean.
shutdown -h now
`;

/** Leaves a process behind that takes away what makes the machine itself, and shuts it down as the last thing. */
export const cleanScript = (): string => `set -eu
cat >/run/clean.sh <<'END'
${cleaning}END
systemd-run --quiet --no-block sh /run/clean.sh 2>/dev/null ||
  setsid nohup sh /run/clean.sh >/dev/null 2>&1 </dev/null &
`;
