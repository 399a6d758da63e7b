/**
 * Market of a CDN's price list that a shipped region is billed as; without one, that of the United States.
 */
export const MARKETS: ReadonlyMap<string, string> = new Map([
  ['us-east', 'us'], ['us-west', 'us'], ['eu-west', 'eu'], ['eu-east', 'eu'], ['ap-south', 'in'],
  ['ap-northeast', 'jp'], ['ap-southeast', 'jp'], ['oceania', 'jp'], ['latin-america', 'sa'],
  ['middle-east', 'in'], ['africa', 'in'],
]);
