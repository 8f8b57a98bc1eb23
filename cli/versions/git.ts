import { execFile } from 'node:child_process';

export interface GitCommit {
  readonly commit: string;
  /** As git shortens it. */
  readonly short: string;
  readonly subject: string;
}

/** Commit and its first line, when the folder is in a git repository with commits. */
export async function gitCommit(folder: string): Promise<GitCommit | undefined> {
  const output = await new Promise<string>((resolve) => {
    execFile('git', ['-C', folder, 'log', '-1', '--format=%H%n%h%n%s'], (error, stdout) => {
      resolve(error ? '' : stdout);
    });
  });
  const [commit, short = '', subject = ''] = output.split('\n');
  return commit ? { commit, short, subject } : undefined;
}

/** Pure: what `eb deploy` calls a version without a name: `app-1a2b3c4-261127_204500`, the time in UTC. */
export function labelFrom(git: GitCommit | undefined, now: number): string {
  const time = new Date(now).toISOString().replaceAll(/[-:]/g, '');
  const stamp = `${time.slice(2, 8)}_${time.slice(9, 15)}`;
  return git ? `app-${git.short}-${stamp}` : `app-${stamp}`;
}
