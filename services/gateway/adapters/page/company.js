// Who is met on this page.

const NOBODY = { name: "", botName: "", disclosure: "", links: [], singleUseLinks: [], stages: [] };

export const company = await load();

async function load() {
  try {
    return await (await fetch("/page/company.json")).json();
  } catch {
    return NOBODY;
  }
}
