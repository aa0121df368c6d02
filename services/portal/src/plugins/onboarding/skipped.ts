const key = 'proscenium.onboarding.skipped';

/** Skipping lasts as long as the browser's tab; finishing or hiding the setup lasts for good, on the server. */
export function skipOnboarding(): void {
  sessionStorage.setItem(key, 'yes');
}

export function isOnboardingSkipped(): boolean {
  return sessionStorage.getItem(key) !== null;
}
