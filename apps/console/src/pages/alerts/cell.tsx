import type { ReactNode } from 'react';

/** A cell of a list. On a phone, where the list has no heading, its label stands beside it. */
export function Cell(props: {
  readonly label?: string;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    <td data-label={props.label} className={props.className}>
      {props.children}
    </td>
  );
}
