/**
 * How fast a bundle of 200 MB is packed and uploaded, against `zip -1` and a copy of what it made, of the same files in
 * the same run; and what a second version of the same files uploads. `node bench/bundles.ts`. Half is text that
 * compresses well, half is like pictures and does not compress at all.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awsOf } from '../test/support/aws.ts';
import { must, run, startCloud } from '../test/support/cloud.ts';
import { writeTinyApp } from '../test/support/tiny-app.ts';
import { median, seconds } from './measure.ts';

const megabytes = 200;
const rounds = 3;

const cloud = await startCloud();
const folder = mkdtempSync(join(tmpdir(), 'bench-bundles-'));
try {
  await cloud.up('application');
  const application = join(folder, 'application');
  writeTinyApp(application);
  writeAssets(join(application, 'assets'));
  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    writeFileSync(join(application, 'round.txt'), String(round));
    const peer = await seconds(() => zipAndCopy(application));
    const own = await seconds(() => create(application, `v${round}`));
    ratios.push(peer / own);
    console.log(`  ${own.toFixed(2)} s; zip -1 and a copy ${peer.toFixed(2)} s`);
  }
  const ratio = median(ratios);
  row(
    ratio >= 0.5,
    `a bundle of ${megabytes} MB packed and uploaded: ${ratio.toFixed(2)} × the speed of zip -1 and a copy (at least 0.50)`,
  );

  const before = await objects();
  const again = await seconds(() => create(application, 'again'));
  row(
    (await objects()) === before,
    `the same files as another version: ${again.toFixed(2)} s, bundles uploaded: ${(await objects()) - before} (0)`,
  );
} finally {
  await cloud.remove();
  rmSync(folder, { recursive: true, force: true });
}

function writeAssets(assets: string): void {
  mkdirSync(assets, { recursive: true });
  const line = (number: number): string =>
    `line ${number}: ${(number * 2_654_435_761).toString(36)} of the text\n`;
  for (let number = 0; number < megabytes / 2; number += 1) {
    writeFileSync(join(assets, `picture-${number}.jpg`), randomBytes(1_000_000));
    for (let part = 0; part < 10; part += 1) {
      const lines = Array.from({ length: 2700 }, (_, index) => line((number * 10 + part) * 2700 + index));
      writeFileSync(join(assets, `text-${number}-${part}.txt`), lines.join('').slice(0, 100_000));
    }
  }
}

async function zipAndCopy(application: string): Promise<void> {
  const [zip, copy] = [join(folder, 'peer.zip'), join(folder, 'copy.zip')];
  await must(run('zip', ['-1', '-q', '-r', zip, '.'], process.env, application));
  await must(run('cp', [zip, copy], process.env, folder));
  rmSync(zip);
  rmSync(copy);
}

async function create(application: string, label: string): Promise<void> {
  await must(cloud.beanpole('version', 'create', label, '--web', application));
}

/** Bundles in the bucket of versions. */
async function objects(): Promise<number> {
  const { s3 } = awsOf(cloud);
  const { Buckets = [] } = await s3.listBuckets({});
  const Bucket = Buckets.find(({ Name = '' }) => Name.includes('application-versions'))?.Name;
  const { KeyCount = 0 } = await s3.listObjectsV2({ Bucket, Prefix: 'bundles/' });
  return KeyCount;
}

function row(isMet: boolean, text: string): void {
  console.log(text);
  if (!isMet) process.exitCode = 1;
}
