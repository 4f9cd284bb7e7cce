/** Whether the palette of commands is open. */
class PaletteState {
  open = $state(false);
}

export const palette = new PaletteState();
