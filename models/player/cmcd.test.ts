import { expect, test } from 'vitest';
import { cmcdHeaders, cmcdRequest, cmcdText } from './cmcd.ts';
import { PlayerHost, S } from './player-host.fixture.ts';

const PLAYING = {
  session: 7, video: 3, phase: 'playing', rate: 1.5, bufferUs: 12.34 * S, bufferMaxUs: 30 * S,
  playheadUs: 20.0004 * S, startupUs: 0.8 * S, throughput: 4.26e6, starved: false, stalls: 2,
  stalledUs: 1.25 * S,
  segment: { bitrate: 2.8e6, lowest: 0.4e6, highest: 5e6, durationUs: 4 * S },
} as const;

test('P76 a request for a segment tells rate, buffer, deadline and throughput, rounded as asked', () => {
  expect(cmcdRequest(PLAYING)).toEqual({
    br: 2800, lb: 400, tb: 5000, d: 4000, bl: 12_300, tbl: 30_000, dl: 8200, bsa: 2, bsda: 1250,
    cid: 'video-3', msd: 800, mtp: 4300, ot: 'v', pr: 1.5, pt: 20_000, sf: 'h', sid: 'session-7', st: 'v',
    sta: 'p', v: 2,
  });
});

test('P76 text has keys in order, tokens bare, strings quoted, lists by media, no value for true', () => {
  expect(cmcdText(cmcdRequest(PLAYING))).toBe('bl=(12300;v),br=(2800;v),bsa=(2;v),bsda=(1250;v),'
    + 'cid="video-3",d=4000,dl=8200,lb=(400;v),msd=800,mtp=(4300;v),ot=v,pr=1.5,pt=20000,sf=h,'
    + 'sid="session-7",st=v,sta=p,tb=(5000;v),tbl=(30000;v),v=2');
  const { segment: _segment, ...facts } = PLAYING;
  const starting = {
    ...facts, phase: 'starting', rate: 1, playheadUs: 0, startupUs: NaN, throughput: 0, stalls: 0,
  } as const;
  expect(cmcdText(cmcdRequest(starting)))
    .toBe('cid="video-3",ot=m,pt=0,sf=h,sid="session-7",st=v,sta=s,su,v=2');
});

test('P76 headers hold each key once', () => {
  expect(cmcdHeaders(cmcdRequest(PLAYING))).toEqual({
    'CMCD-Object': 'br=(2800;v),d=4000,lb=(400;v),ot=v,tb=(5000;v)',
    'CMCD-Request': 'bl=(12300;v),dl=8200,mtp=(4300;v),sta=p,tbl=(30000;v)',
    'CMCD-Session': 'cid="video-3",msd=800,sf=h,sid="session-7",st=v,v=2',
    'CMCD-Status': 'bsa=(2;v),bsda=(1250;v),pr=1.5,pt=20000',
  });
});

test('P76 a live player tells how long what it shows could be had, once it shows something', () => {
  const live = { ...PLAYING, latencyUs: 3.4567 * S };
  expect(cmcdRequest(live)).toEqual({ ...cmcdRequest(PLAYING), ltc: 3457, st: 'l' });
  expect(cmcdRequest({ ...live, phase: 'starting' })).not.toHaveProperty('ltc');
  expect(cmcdHeaders(cmcdRequest(live))['CMCD-Request'])
    .toBe('bl=(12300;v),dl=8200,ltc=3457,mtp=(4300;v),sta=p,tbl=(30000;v)');
});

test('P76 the fleet tells what it asks for: starting, playing, and that it stalled meanwhile', () => {
  const host = new PlayerHost({ abr: { rule: 'fixed', rendition: 1 } });
  host.start(0);
  expect(host.fleet.cmcd(0)).toMatchObject({ ot: 'm', sta: 's', su: true });
  host.manifest(0.5 * S, 1);
  expect(host.fleet.cmcd(0)).toMatchObject({ ot: 'v', br: 2000, tb: 4000, bl: 0, su: true });
  host.segment(1 * S, 2);
  expect(host.fleet.cmcd(0)).toMatchObject({ sta: 'p', bl: 4000, dl: 4000, msd: 1000 });
  expect(host.fleet.cmcd(0)).not.toHaveProperty('bs');
  host.wake(5 * S);
  host.segment(6 * S, 3);
  expect(host.told.at(-1)).toMatchObject({ bs: true, bsa: 1, bsda: 1000, sta: 'p', pt: 4000 });
  host.segment(6.5 * S, 4);
  expect(host.told.at(-1)).not.toHaveProperty('bs');
  expect(host.told.at(-1)).toMatchObject({ bsa: 1, bsda: 1000 });
  // The start-up is told once, with the first request after it.
  expect(host.told.filter(({ msd }) => msd !== undefined)).toHaveLength(1);
});
