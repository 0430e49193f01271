// Draws the API reference in place of the plain list that GET /docs holds.
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", prefersDark.matches);
prefersDark.addEventListener("change", paint);
paint();

const api = await (await fetch("openapi.json")).json();
// Requests go to the API that this page came from, and nowhere else.
const servers = [{ url: new URL(".", location.href).href.replace(/\/$/, "") }];
window.SwaggerUIBundle({
  spec: { ...api, servers },
  dom_id: "#reference",
  deepLinking: true,
  filter: true,
  // Shapes before examples: the document has no examples of its own.
  defaultModelRendering: "model",
  // An address here would be asked whether the document is valid.
  validatorUrl: null,
});
