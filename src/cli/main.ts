import { actLikeAFilter } from './output.ts';
import { run } from './run.ts';

actLikeAFilter();
process.exitCode = await run(process.argv.slice(2));
