import { getDeviceInfo } from "wasi:gpu/compute@0.1.0";

export function backend() {
  return getDeviceInfo().backend;
}

export async function sleep(milliseconds) {
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return Math.round(performance.now() - start);
}

export async function fetchPage() {
  const response = await fetch("http://localhost/");
  return response.text();
}
