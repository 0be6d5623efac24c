const redrawMs = 100;
const linePauseMs = 5_000;

export interface ProgressLine {
  update(text: string): void;
  /** Ends the line; what is printed next starts on a new one. */
  done(text?: string): void;
}

/** Progress on stderr: one line that is redrawn on a terminal, a line every few seconds anywhere else. */
export function progressLine(): ProgressLine {
  const { isTTY } = process.stderr;
  let lastMs = 0;
  let dirty = false;

  return {
    update(text) {
      const nowMs = Date.now();
      if (nowMs - lastMs < (isTTY ? redrawMs : linePauseMs)) return;
      lastMs = nowMs;
      dirty = true;
      process.stderr.write(isTTY ? `\r\u001b[2K${text}` : `${text}\n`);
    },
    done(text) {
      if (isTTY && dirty) process.stderr.write("\r\u001b[2K");
      if (text) process.stderr.write(`${text}\n`);
      dirty = false;
      lastMs = 0;
    },
  };
}
