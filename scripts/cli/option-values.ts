import { InvalidArgumentError } from "commander";

/** A commander option's value: a whole number from `low` to `high`. */
export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`It is a whole number from ${low} to ${high}.`);
  };
}

/** A commander option's value: a number from `low` to `high`. */
export function between(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`It is a number from ${low} to ${high}.`);
  };
}
