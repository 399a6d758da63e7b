import { readMovie, readTraces } from '../cli/abr-files.ts';
import { runSabre, SABRE_LABELS } from '../models/player/sabre/labels.ts';
import { LinkTrace } from '../models/player/sabre/link.ts';
import { answerLines } from './worker-lines.ts';

/** Plays as many sessions as each line asks for: `node abr-worker.ts <label> <trace> <video> <buffer ms>`. */
async function main([label, trace, video, bufferMs]: readonly string[]): Promise<void> {
  const setup = SABRE_LABELS.get(label!)!;
  const movie = readMovie(video!);
  const link = new LinkTrace(readTraces(trace!)[0]!.periods, movie.ladder);
  await answerLines((sessions) => {
    let [played, stalled] = [0, 0];
    for (let i = 0; i < sessions; i++) {
      const result = runSabre(setup, movie, link, Number(bufferMs));
      played = result.playedKbps;
      stalled = result.rebufferMs;
    }
    return { hash: `${played.toFixed(0)}/${(stalled / 1e3).toFixed(3)}` };
  });
}

await main(process.argv.slice(2));
