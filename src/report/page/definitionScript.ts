/**
 * What hover and focus cannot do by style alone: Escape closes a definition, and a touch opens and closes it instead of
 * following the link. A page without scripts still shows them, and the links lead to the list of terms.
 */
export const definitionScript = `
(() => {
  const termOf = ({ target }) => (target instanceof Element ? target.closest(".term") : null);
  const definition = (term) => term.querySelector(".definition");
  const isShown = (term) => getComputedStyle(definition(term)).display !== "none";
  const show = (term, isOpen) => {
    term.classList.toggle("opened", isOpen);
    term.classList.toggle("closed", !isOpen);
  };
  const forget = (event) => {
    const term = termOf(event);
    if (term && !term.contains(event.relatedTarget)) term.classList.remove("opened", "closed");
  };
  let touched = { term: null, wasShown: false };

  addEventListener("keydown", ({ key }) => {
    if (key === "Escape") for (const term of document.querySelectorAll(".term")) if (isShown(term)) show(term, false);
  });
  addEventListener("pointerout", (event) => event.pointerType === "mouse" && forget(event));
  addEventListener("focusout", forget);
  addEventListener("pointerdown", (event) => {
    const term = event.pointerType === "mouse" ? null : termOf(event);
    touched = { term, wasShown: term !== null && isShown(term) };
    for (const other of document.querySelectorAll(".term.opened")) if (other !== term) show(other, false);
  });
  addEventListener("click", (event) => {
    const { term, wasShown } = touched;
    touched = { term: null, wasShown: false };
    if (term === null || term !== termOf(event) || definition(term).contains(event.target)) return;
    event.preventDefault();
    show(term, !wasShown);
  });
})();
`;
