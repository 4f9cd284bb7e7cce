/** The menu of actions at the selection. */
class ActionMenu {
  open = $state(false);

  show() {
    this.open = true;
  }
}

export const actionMenu = new ActionMenu();
