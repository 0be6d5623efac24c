/**
 * A spreadsheet takes a text cell that begins so for a formula; spaces, control characters and marks that nobody sees do
 * not help, and full-width signs count as well.
 */
export const formulaCell = /^[\s\p{Cc}\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;
