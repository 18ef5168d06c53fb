/** The last lines of a stream of text, bounded in lines and in the length of each. */
export class LogTail {
  private readonly lines: string[] = [];
  private partial = '';

  constructor(
    private readonly maxLines = 400,
    private readonly maxLineLength = 4_000,
  ) {}

  push(chunk: string): void {
    const parts = (this.partial + chunk).split('\n');
    this.partial = (parts.pop() ?? '').slice(0, this.maxLineLength);
    for (const line of parts) this.lines.push(line.slice(0, this.maxLineLength));
    if (this.lines.length > this.maxLines) this.lines.splice(0, this.lines.length - this.maxLines);
  }

  toString(): string {
    return [...this.lines, ...(this.partial === '' ? [] : [this.partial])].join('\n');
  }
}
