/** Formulas: the engine is fetched when the first one is seen, and draws into an element of ours. */

type Draw = (tex: string, element: HTMLElement, isBlock: boolean) => boolean;

let engine: Promise<Draw> | undefined;

/** Fetch the engine, once. A failed fetch can be tried again. */
export function mathEngine(): Promise<Draw> {
  engine ??= import("./math_engine")
    .then((module) => module.draw)
    .catch((error: unknown) => {
      engine = undefined;
      throw error;
    });
  return engine;
}
