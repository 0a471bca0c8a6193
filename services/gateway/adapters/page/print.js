// The page is whole without this file; with it, a button prints.

const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => print());
