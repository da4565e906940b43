/** What would happen to words that are typed next. It says what the gate said last, and until then that nothing is known. */

export type Perimeter =
  | { readonly kind: "unknown" }
  | { readonly kind: "home" }
  | { readonly kind: "away"; readonly provider: string }
  | { readonly kind: "airplane" };

class PerimeterState {
  now = $state.raw<Perimeter>({ kind: "unknown" });
}

export const perimeter = new PerimeterState();
