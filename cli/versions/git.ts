import { execFile } from 'node:child_process';

/** Commit and its first line, when the folder is in a git repository with commits. */
export async function gitCommit(folder: string): Promise<{ commit: string; subject: string } | undefined> {
  const output = await new Promise<string>((resolve) => {
    execFile('git', ['-C', folder, 'log', '-1', '--format=%H%n%s'], (error, stdout) => {
      resolve(error ? '' : stdout);
    });
  });
  const [commit, subject = ''] = output.split('\n');
  return commit ? { commit, subject } : undefined;
}
