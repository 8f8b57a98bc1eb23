import { publicResolverAddress } from '../network/plan.ts';

/**
 * The first process of the daemon's namespaces: gives it mounts of its own, reaps orphans, and ends with
 * the daemon, at which the kernel ends everything else in there. `OUTER_PID` is its number outside.
 */
const firstProcess = `
read -r OUTER_PID _ < /proc/self/stat
export OUTER_PID
resolv=$(readlink -m /etc/resolv.conf)
mount -t proc proc /proc && mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/netns || exit 1
printf 'nameserver ${publicResolverAddress}\\noptions timeout:1 attempts:2\\n' > /run/resolv.conf
case $resolv in /run/*) mkdir -p "$(dirname "$resolv")" && : > "$resolv" ;; esac
if [ -e "$resolv" ]; then mount --bind /run/resolv.conf "$resolv" || exit 1; fi
"$@" &
daemon=$!
trap 'kill -TERM $daemon' TERM INT
while :; do
  wait $daemon
  status=$?
  kill -0 $daemon 2>/dev/null || exit $status
done
`;

/** The words that start a program in user (unless root), network, mount and process namespaces of its own. */
export function unshareCommand(program: readonly string[], uid: number): string[] {
  const flags = uid === 0 ? '-nmpf' : '-Urnmpf';
  return ['unshare', flags, '--kill-child', 'bash', '-c', firstProcess, 'cloud', ...program];
}

/** The words that start a program in the namespaces of a running daemon, given its first process. */
export function enterCommand(firstPid: number, program: readonly string[], uid: number): string[] {
  const user = uid === 0 ? [] : ['-U', '--preserve-credentials'];
  return ['nsenter', '-t', String(firstPid), ...user, '-n', '-m', '-p', '--', ...program];
}
