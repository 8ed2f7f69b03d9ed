// Runs before the first paint: theme and language, so that nothing flashes. A file, not inline: the CSP forbids inline scripts.
(() => {
  let theme = "system";
  let locale = "";
  try {
    theme = localStorage.getItem("obrol.theme") || "system";
    locale = localStorage.getItem("obrol.locale") || "";
  } catch {
    // storage may be blocked; the system's choice is a good answer then
  }
  const dark =
    theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  const root = document.documentElement;
  root.classList.toggle("dark", dark);
  root.style.colorScheme = dark ? "dark" : "light";
  const meta = document.querySelector('meta[name="theme-color"]');
  if (meta) meta.setAttribute("content", dark ? "#17181c" : "#fbfaf7");
  const known = ["en", "id", "ja"];
  const wanted = [locale].concat(navigator.languages || []).map((one) => one.slice(0, 2));
  root.lang = wanted.find((one) => known.includes(one)) || "en";
})();
