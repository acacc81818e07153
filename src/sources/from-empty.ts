export { emptied as fromEmpty } from '../model/emptied.ts';
