/** Where the page begins. */

import { mount } from "svelte";
import App from "./shell/App.svelte";
import { theme } from "./shell/theme.svelte";
import "./style/tokens.css";
import "./style/base.css";
import "./style/controls.css";
import "./style/prose.css";

theme.apply();
const target = document.getElementById("app");
if (target !== null) mount(App, { target });
