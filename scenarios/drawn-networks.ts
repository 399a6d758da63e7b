import type { RandomStreams } from '../models/core/rng.ts';
import { drawLinks } from '../models/network/markov.ts';
import { TraceTable } from '../models/network/trace.ts';
import type { NetworkClass } from './plan.ts';

/**
 * The classes of networks as one replication has them: links of Markov models are drawn, from streams of
 * their class. So replications differ by their links as well, and designs are compared on the same ones.
 */
export function drawnNetworks(
  networks: readonly NetworkClass[], streams: Pick<RandomStreams, 'stream'>,
): NetworkClass[] {
  return networks.map((network) => {
    if (network.markov === undefined) return network;
    const links = drawLinks(network.markov, streams, `network/${network.name}`, LINKS);
    return { ...network, traces: links.map((periods) => new TraceTable(periods)) };
  });
}

/**
 * Links in a replication. Their own chance is in its figures: with 32 of them, stalls of 6,360 viewers on
 * 3G spread over replications 2.5 times as far as with a line drawn for each (docs/decisions/0030).
 */
const LINKS = 128;
