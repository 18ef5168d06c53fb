import { Alert } from '@grafana/ui';

/** Why something cannot be changed here: a file defines it. */
export function ProvenanceMessage({ what, file }: { readonly what: string; readonly file: string }) {
  return (
    <Alert severity="info" title={`The file ${file} defines this ${what}`}>
      It is changed there, and taken over when the alerter starts. Here it can only be looked at.
    </Alert>
  );
}
