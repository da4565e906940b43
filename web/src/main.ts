/** Where the page begins. */

import { mount } from "svelte";
import { reading } from "./settings/reading.svelte";
import App from "./shell/App.svelte";
import { theme } from "./shell/theme.svelte";
import "./style/tokens.css";
import "./style/base.css";
import "./style/controls.css";
import "./style/prose.css";
import "./settings/reading.css";

theme.apply();
reading.apply();
const target = document.getElementById("app");
if (target !== null) mount(App, { target });
