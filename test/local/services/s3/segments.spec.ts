import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ManualClock } from '../../../../local/clock.ts';
import type { Service } from '../../../../local/endpoint/service.ts';
import { createS3 } from '../../../../local/services/s3/service.ts';
import { Segments } from '../../../../local/services/s3/segments.ts';
import { openStore, type Store } from '../../../../local/store.ts';
import { idlePlane } from '../../../support/endpoint.ts';
import type { Parts } from '../../../../local/services/parts.ts';

const MiB = 1024 * 1024;

describe('S3 on disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'segments-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  describe('segments', () => {
    it('give back what was appended and vanish when nothing in them lives', () => {
      const segments = new Segments(folder);
      const places = Array.from({ length: 5 }, (_, index) =>
        segments.append(Buffer.alloc(3 * MiB, index + 1)),
      );
      expect(segments.read(places[3]!, 1, 2)).to.deep.equal(Buffer.from([4, 4]));
      expect(readdirSync(folder)).to.have.length(3);
      for (const place of places) segments.release(place);
      expect(readdirSync(folder), 'the current one stays').to.have.length(1);
      segments.close();
    });

    it('hold empty bodies', () => {
      const segments = new Segments(folder);
      const place = segments.append(new Uint8Array());
      expect(segments.read(place, 0, -1)).to.have.length(0);
      segments.close();
    });
  });

  describe('after a restart', () => {
    const call = { origin: '', caller: {} } as never;

    async function open(): Promise<{
      s3: Service;
      store: Store;
      does(name: string, input: object): unknown;
    }> {
      const store = openStore(join(folder, 'state.sqlite'));
      const parts = {
        store,
        clock: new ManualClock(),
        account: '1',
        region: 'us-east-1',
        folder,
        origin: '',
        network: idlePlane(),
        instances: idlePlane(),
        services: {},
      } as unknown as Parts;
      const s3 = createS3(parts);
      await s3.start?.();
      return {
        s3,
        store,
        does: (name, input) => s3.operations[name]?.({ Bucket: 'bucket', ...input }, call),
      };
    }
    async function close({ s3, store }: { s3: Service; store: Store }): Promise<void> {
      await s3.stop?.();
      store.close();
    }
    const files = (): string[] => readdirSync(join(folder, 'objects'));

    it('finds its objects, removes what nothing names, and gathers what is scattered', async () => {
      let cloud = await open();
      cloud.does('CreateBucket', {});
      for (let index = 0; index < 9; index++)
        cloud.does('PutObject', { Key: `key-${index}`, Body: Buffer.alloc(MiB, index) });
      for (let index = 1; index < 9; index++) cloud.does('DeleteObject', { Key: `key-${index}` });
      await cloud.store.settled();
      await close(cloud);
      expect(files()).to.have.length(2);
      cloud = await open();
      await cloud.store.settled();
      await cloud.store.settled();
      const { Body } = cloud.does('GetObject', { Key: 'key-0' }) as { Body: Buffer };
      expect(Body.equals(Buffer.alloc(MiB, 0))).to.equal(true);
      await close(cloud);
      expect(files()).to.have.length(1);
    });
  });
});
