import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { createChecksum } from '../../../local/endpoint/checksums.ts';
import { ChunkedDecoder } from '../../../local/endpoint/chunked.ts';
import { InputFault } from '../../../local/endpoint/faults.ts';
import { parseForm, readForm } from '../../../local/endpoint/form.ts';
import { readJson } from '../../../local/endpoint/json.ts';
import { loadModel } from '../../../local/endpoint/models.ts';
import { checkRequired } from '../../../local/endpoint/required.ts';
import { compile, type StructureShape } from '../../../local/endpoint/shapes.ts';
import { readXml, textElement } from '../../../local/endpoint/xml.ts';
import { parseXml } from '../../../local/endpoint/xml-parser.ts';

const item = [3, 'test', 'Item', 0, ['Name', 'Count', 'At'], [0, 1, 4], 1];
const shape = compile([
  3,
  'test',
  'Input',
  0,
  ['Items', 'Tags', 'On'],
  [() => [1, 'test', 'Items', 0, () => item], 128 | 0, 2],
]).shape as StructureShape;

function fault(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InputFault)
      return `${error.kind} ${error.path}${error.message && `: ${error.message}`}`;
    throw error;
  }
  return 'none';
}

describe('endpoint codecs', () => {
  describe('JSON', () => {
    const read = (value: unknown) => readJson(shape, Buffer.from(JSON.stringify(value)));

    it('reads by the schema', () => {
      expect(read({ Items: [{ Name: 'a', At: 1.5 }], Tags: { k: 'v' }, On: null })).to.deep.equal({
        Items: [{ Name: 'a', At: new Date(1500) }],
        Tags: { k: 'v' },
      });
    });

    it('names the place of what is unknown or of the wrong type', () => {
      expect(fault(() => read({ Items: [{ Name: 'a', Colour: 1 }] }))).to.equal('unknown Items[0].Colour');
      expect(fault(() => read({ On: 'yes' }))).to.equal('malformed On: expected a boolean, got "yes"');
      expect(fault(() => readJson(shape, Buffer.from('{')))).to.match(/^malformed : the body is not JSON/);
    });
  });

  describe('forms', () => {
    const read = (body: string) => readForm(shape, parseForm(body), 'query');

    it('read by the schema', () => {
      expect(
        read(
          'Action=A&Version=1&Items.member.2.Name=b+c&Items.member.1.Name=%C3%A9&Tags.entry.1.key=k&Tags.entry.1.value=v&On=true',
        ),
      ).to.deep.equal({
        Items: [{ Name: 'é' }, { Name: 'b c' }],
        Tags: { k: 'v' },
        On: true,
      });
      expect(read('Items=')).to.deep.equal({ Items: [] });
    });

    it('name the place of what is unknown or of the wrong type', () => {
      expect(fault(() => read('Items.member.1.Colour=x'))).to.equal('unknown Items[0].Colour');
      expect(fault(() => read('Items.member.1.Count=x'))).to.equal(
        'malformed Items[0].Count: "x" is not a number',
      );
    });
  });

  describe('XML', () => {
    it('reads by the schema', () => {
      const body =
        '<?xml version="1.0"?><Input xmlns="x"><Items><member><Name>a&amp;b</Name><At>2026-01-01T00:00:00Z</At></member></Items><On>false</On></Input>';
      expect(readXml(shape, Buffer.from(body))).to.deep.equal({
        Items: [{ Name: 'a&b', At: new Date('2026-01-01T00:00:00Z') }],
        On: false,
      });
      expect(fault(() => readXml(shape, Buffer.from('<Input><Colour/></Input>')))).to.equal('unknown Colour');
    });

    it('gives back any text', () => {
      const code = fc.integer({ min: 0x20, max: 0xd7ff });
      const unit = fc.oneof(
        fc.constantFrom('\t', '\n', '\r'),
        code.map((each) => String.fromCharCode(each)),
      );
      fc.assert(
        fc.property(fc.string({ unit }), (text) => {
          expect(parseXml(textElement('a', text)).text).to.equal(text);
        }),
        { numRuns: 50 },
      );
    });

    it('refuses what is no document', () => {
      for (const text of [
        '',
        '<a>',
        '<a></b>',
        '<a/><b/>',
        'text',
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<a>&x;</a>',
      ]) {
        expect(() => parseXml(text), text).to.throw(InputFault);
      }
    });
  });

  it('finds missing required members at any depth', () => {
    expect(
      fault(() => {
        checkRequired(shape, { Items: [{ Name: 'a' }, { Count: 1 }] });
      }),
    ).to.equal('missing Items[1].Name');
    expect(
      fault(() => {
        checkRequired(shape, {});
      }),
    ).to.equal('none');
  });

  describe('aws-chunked', () => {
    const wire = Buffer.from(
      '5\r\nhello\r\n6;chunk-signature=ab\r\n world\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n',
    );

    it('decodes in pieces of any size', () => {
      for (let size = 1; size <= wire.length; size++) {
        const decoder = new ChunkedDecoder();
        const payload: Buffer[] = [];
        for (let at = 0; at < wire.length; at += size)
          payload.push(...decoder.push(wire.subarray(at, at + size)));
        decoder.finish();
        expect(Buffer.concat(payload).toString()).to.equal('hello world');
        expect(decoder.trailers.get('x-amz-checksum-crc32')).to.equal('AAAA');
      }
    });

    it('tells a body that was cut off, and a wrong signature', () => {
      const decoder = new ChunkedDecoder();
      decoder.push(wire.subarray(0, 20));
      expect(() => {
        decoder.finish();
      }).to.throw('terminated unexpectedly');
      expect(() => new ChunkedDecoder(() => false).push(wire)).to.throw('not signed as it should be');
      const hashes: string[] = [];
      new ChunkedDecoder((hash) => hashes.push(hash) > 0).push(wire);
      expect(hashes).to.deep.equal(
        ['hello', ' world', ''].map((text) => createHash('sha256').update(text).digest('hex')),
      );
    });
  });

  it('makes the checksums of the standards', () => {
    const digest = (algorithm: 'CRC32' | 'CRC32C') => {
      const checksum = createChecksum(algorithm);
      for (const part of ['1234', '56789']) checksum.update(Buffer.from(part));
      return Buffer.from(checksum.digest(), 'base64').toString('hex');
    };
    expect([digest('CRC32'), digest('CRC32C')]).to.deep.equal(['cbf43926', 'e3069283']);
  });

  it('knows protocol facts that agree with the clients', async () => {
    const model = await loadModel('sqs');
    const { SQSClient } = await import('@aws-sdk/client-sqs');
    const settings = new SQSClient({ region: 'x' }).config.protocolSettings as { serviceTarget?: string };
    expect(model.target).to.equal(settings.serviceTarget);
    expect(model.errors.get('AWS.SimpleQueueService.NonExistentQueue')?.name).to.equal('QueueDoesNotExist');
  });
});
