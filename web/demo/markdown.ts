/** A page for looking at answers while they come. It is not part of what ships: `npm run demo`. */

import { mount } from "svelte";
import "../src/style/tokens.css";
import "../src/style/base.css";
import "../src/style/controls.css";
import "../src/style/prose.css";
import { theme } from "../src/shell/theme.svelte";
import Demo from "./Demo.svelte";

theme.apply();
const target = document.getElementById("app");
if (target !== null) mount(Demo, { target });
