/**
 * ITU-R 601-2 luma in Pillow's fixed point: L = (R·19595 + G·38470 + B·7471 + 0x8000) >> 16.
 * @param red, green, blue whole levels 0 to 255 @returns a whole level
 */
export function luminance(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** The same weights without rounding, for levels that carry fractions. */
export function exactLuminance(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471) / 65536;
}
