import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository, type CloudFolders } from './folders.ts';
import { quote } from './shell-exports.ts';

/** Lets the program ask the cloud's own DNS. */
const nameServer = join(repository, 'cli', 'local-cloud', 'name-server.js');

const fileUrl = (path: string): string => pathToFileURL(path).href;

/** What the Pulumi program is made of; the copied stack files lie beside links to it. */
const linked = ['infra', 'model', 'agent', 'node_modules', 'package.json', 'tsconfig.json'];

export interface Launcher {
  readonly folders: CloudFolders;
  /** The folder with the stack files. */
  readonly source: string;
  /** The real CLI. */
  readonly pulumi: string;
  /** The Node that Pulumi runs the program with. */
  readonly node: string;
}

/** Puts a `pulumi` into the cloud's bin folder that works on this cloud's copies of the stack files. */
export async function writeLauncher(launcher: Launcher): Promise<void> {
  const { bin, pulumiHome, pulumiBackend } = launcher.folders;
  for (const folder of [bin, pulumiHome, pulumiBackend]) await mkdir(folder, { recursive: true });
  const path = join(bin, 'pulumi');
  await writeFile(path, launcherScript(launcher));
  await chmod(path, 0o755);
}

/** A file for each run under way; whoever can hold one in a cloud of this machine is a process of this machine. */
const pulumiLocks = ({ pulumiBackend }: CloudFolders): string => join(pulumiBackend, '.pulumi', 'locks');

export function launcherScript({ folders, source, pulumi, node }: Launcher): string {
  return `#!/bin/sh
# Made by "beanpole local start". Runs the real Pulumi CLI on this cloud's own copies of the stack files,
# so that nothing of this cloud (an encryption salt, a plugin) gets into a run on AWS.
set -e
source=${quote(source)}
project=${quote(folders.project)}
repository=${quote(repository)}
mkdir -p "$project"
for name in ${linked.join(' ')}; do
  ln -sfn "$repository/$name" "$project/$name"
done
for file in "$source"/Pulumi.yaml "$source"/Pulumi.*.yaml; do
  [ -f "$file" ] || continue
  copy="$project/\${file##*/}"
  new="$copy.$$"
  # grep ends with 1 when it found nothing, with 2 when it could not write.
  {
    { grep -v '^encryptionsalt:' "$file" || [ $? -eq 1 ]; } &&
      { [ ! -f "$copy" ] || grep '^encryptionsalt:' "$copy" || [ $? -eq 1 ]; }
  } > "$new" || {
    rm -f "$new"
    echo "$file could not be copied to $project. Nothing was changed." >&2
    exit 2
  }
  if cmp -s "$new" "$copy"; then rm "$new"; else mv "$new" "$copy"; fi
done
for lock in ${quote(pulumiLocks(folders))}/*/*/*/*.json; do
  [ -f "$lock" ] || continue
  pid=$(sed -n 's/.*"pid":\\([0-9]*\\).*/\\1/p' "$lock")
  if [ -n "$pid" ] && [ ! -e "/proc/$pid" ]; then
    echo "A run of Pulumi (process $pid) was killed; its lock is removed." >&2
    rm -f "$lock" "$lock.attrs"
  fi
done
PATH=${quote(dirname(node))}:${quote(dirname(pulumi))}:$PATH
export PATH
NODE_OPTIONS="--import=${fileUrl(nameServer)} $NODE_OPTIONS"
export NODE_OPTIONS
exec ${quote(pulumi)} -C "$project" "$@"
`;
}
