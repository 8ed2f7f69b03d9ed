// PLACEHOLDER by W1, for W2 to overwrite (see /work/plan/web-seam.md): fills the sidebar between logo and account menu.
export function ConversationList(_props: { onNavigate?: () => void }) {
  return null;
}
