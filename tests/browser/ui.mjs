// Drives Temporal's UI as a person does: opens one workflow, presses what it is told to, and looks at the page.
//
//   node ui.mjs PAGE PROFILE SHOT STEP...
//
// PAGE is the workflow's address in the UI, PROFILE a folder for the browser, SHOT where a screenshot goes if a step
// fails. A step is `details`, `update:NAME:JSON`, `cancel`, `terminate:REASON` or `status:WORD`. What the steps read
// is printed as one JSON object. What UI 2.54 calls its parts is all in here.
import { chromium } from "playwright-core";

const PATIENCE_MS = 60_000;
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const [address, profile, shot, ...steps] = process.argv.slice(2);

// The page has each of its buttons and dialogs twice, for wide and for narrow windows: one of them is visible.
const visible = (locator) => locator.filter({ visible: true });

async function open(page) {
  await page.goto(address);
  await visible(page.getByText("Workflow Type")).first().waitFor();
}

async function menu(page, item) {
  await visible(page.getByRole("button", { name: "More Actions" })).click();
  await visible(page.getByTestId(item)).click();
}

function dialog(page, name) {
  return visible(page.locator(`dialog[id="${name}-confirmation-modal"]`));
}

// By the keyboard: an editor that loses the focus grows or shrinks, and the button is elsewhere when the mouse is up.
async function confirm(asked) {
  const button = asked.getByTestId("confirm-modal-button");
  await button.focus();
  await button.press("Enter");
}

const does = {
  // What the tab User Metadata tells: the workflow's current details, rendered from Markdown in a frame of its own.
  async details(page) {
    await open(page);
    await visible(page.getByRole("tab", { name: "User Metadata" }).or(page.getByText("User Metadata"))).first().click();
    const frame = page.frameLocator("iframe").last();
    await frame.getByText("what would help").waitFor();
    const payloads = await frame.locator("code").allInnerTexts();
    return { text: await frame.locator("body").innerText(), payloads };
  },

  // More Actions, Send an Update: the form offers the workflow's updates by name and takes one JSON value.
  async update(page, name, payload) {
    await open(page);
    await menu(page, "update-button");
    const asked = dialog(page, "update");
    await asked.getByTestId("update-select-button").click();
    const option = visible(asked.getByRole("option", { name: new RegExp(`^${name}\\b`) }));
    const described = await option.innerText();
    await option.click();
    await asked.getByRole("textbox", { name: "Data" }).click();
    await page.keyboard.insertText(payload);
    await confirm(asked);
    const alert = visible(page.getByRole("alert").filter({ hasText: /\S/ })).first();
    await Promise.race([asked.waitFor({ state: "hidden" }), alert.waitFor()]);
    return { described, said: (await alert.isVisible()) ? await alert.innerText() : "" };
  },

  // The first button of the page.
  async cancel(page) {
    await open(page);
    await visible(page.getByRole("button", { name: "Request Cancellation" })).click();
    const asked = dialog(page, "cancel");
    await confirm(asked);
    await asked.waitFor({ state: "hidden" });
    return {};
  },

  async terminate(page, reason) {
    await open(page);
    await menu(page, "terminate-button");
    const asked = dialog(page, "terminate");
    await asked.getByRole("textbox").fill(reason);
    await confirm(asked);
    await asked.waitFor({ state: "hidden" });
    return {};
  },

  // The badge beside the workflow's name, once it has the word.
  async status(page, word) {
    await open(page);
    const badge = visible(page.getByText(new RegExp(`^${word}$`, "i"))).first();
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until && !(await badge.isVisible()); ) {
      await page.waitForTimeout(250); // the page learns of it by itself, and of an end only after a reload
      if (!(await badge.isVisible())) await open(page);
    }
    return { shown: await badge.innerText() };
  },
};

const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.ALLORNONE_CHROMIUM,
  args: FLAGS,
  viewport: { width: 1440, height: 1200 },
  timeout: PATIENCE_MS,
});
const page = await context.newPage();
page.setDefaultTimeout(PATIENCE_MS);
const read = {};
let step = "";
try {
  for (step of steps) {
    const [name, argument = "", ...rest] = step.split(":");
    Object.assign(read, await does[name](page, argument, rest.join(":")));
  }
  console.log(JSON.stringify(read));
} catch (problem) {
  await page.screenshot({ path: shot }).catch(() => undefined);
  console.error(`step ${step}: ${problem.message}\nscreenshot: ${shot}`);
  process.exitCode = 1;
} finally {
  await context.close();
}
