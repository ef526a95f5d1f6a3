import "@fontsource-variable/inter";
import "./ui/app.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { applyTheme } from "./app/theme.ts";
import { currentLanguage } from "./words/words.ts";

applyTheme();
document.documentElement.lang = currentLanguage();
const root = document.getElementById("app");
if (root) createRoot(root).render(<App />);
