// The package has no types; bench/simjs.ts describes what is used of it.
declare module 'simjs';
