#!/usr/bin/env node
// Draws the race that was measured last, without measuring: `node scripts/bench/draw.mjs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { image, picture } from './picture.mjs';

const results = new URL('../../test/bench/results.json', import.meta.url);
writeFileSync(image, picture(JSON.parse(readFileSync(results, 'utf8')).race));
