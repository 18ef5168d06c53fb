import { type RenderedMessage } from './render.js';

const COLOURS = { critical: '#d92d20', warning: '#dc6803', info: '#1570ef', resolved: '#079455' } as const;

/** The colour of a message: of its severity, or of a recovery. */
export function colourOf({ status, severity }: Pick<RenderedMessage, 'status' | 'severity'>): string {
  return status === 'resolved' ? COLOURS.resolved : COLOURS[severity];
}
