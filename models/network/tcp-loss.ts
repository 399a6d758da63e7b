import { US_PER_S, type BitsPerS, type Us } from '../core/units.ts';

/** Bytes of a segment: an Ethernet frame less the headers of IPv4 and TCP. */
const SEGMENT_BYTES = 1460;
/** Segments that one acknowledgement is for. */
const DELAYED = 2; // RFC 1122, section 4.2.3.2
/** What a sender waits beyond a round trip before it takes a silence for a loss, at least. [us] */
const LEAST_WAIT_US = 200_000; // Linux, TCP_RTO_MIN

/**
 * Rate of a TCP connection that loses each segment with probability `loss`: Padhye, Firoiu, Towsley and
 * Kurose, SIGCOMM 1998, equation 32 without a limit of the window. For small losses it is the rate of
 * Mathis, Semke, Mahdavi and Ott (1997); timeouts make it less for large ones. Infinity without. [bits/s]
 */
export function lossyRate(rtt: Us, loss: number): BitsPerS {
  if (loss <= 0) return Infinity;
  const rttS = Math.max(1000, rtt) / US_PER_S;
  const waitS = rttS + LEAST_WAIT_US / US_PER_S;
  const inWindow = rttS * Math.sqrt((2 * DELAYED * loss) / 3);
  const timeouts = Math.min(1, 3 * Math.sqrt((3 * DELAYED * loss) / 8));
  const inTimeouts = waitS * timeouts * loss * (1 + 32 * loss * loss);
  return (8 * SEGMENT_BYTES) / (inWindow + inTimeouts);
}
